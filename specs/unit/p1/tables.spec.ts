import { expect } from 'chai';
import {
  nonDeliveryDiagnostic,
  nonDeliveryDiagnosticName,
  nonDeliveryDiagnostics,
  nonDeliveryReason,
  nonDeliveryReasonName,
  nonDeliveryReasons,
} from '../../../harness/p1/non-delivery.js';
import { objectName, oid, underArc } from '../../../harness/p1/object-identifiers.js';

describe('non-delivery codes, X.411', () => {
  it('are contiguous from 0', () => {
    expect(nonDeliveryReasons).to.have.lengthOf(9);
    expect(nonDeliveryDiagnostics).to.have.lengthOf(79);
    expect(new Set(nonDeliveryDiagnostics).size).to.equal(79);
  });

  const diagnostics: [number, string][] = [
    [0, 'unrecognised-OR-name'],
    [3, 'loop-detected'],
    [5, 'maximum-time-expired'],
    [7, 'content-too-long'],
    [11, 'invalid-arguments'],
    [14, 'protocol-violation'],
    [15, 'content-type-not-supported'],
    [16, 'too-many-recipients'],
    [18, 'unsupported-critical-function'],
    [46, 'secure-messaging-error'],
    [47, 'unable-to-downgrade'],
    [48, 'unable-to-complete-transfer'],
    [49, 'transfer-attempts-limit-reached'],
    [78, 'unsupported-security-policy'],
  ];
  for (const [code, name] of diagnostics) {
    it(`${code} is ${name}`, () => {
      expect(nonDeliveryDiagnosticName(code)).to.equal(name);
      expect(nonDeliveryDiagnostic(name)).to.equal(code);
    });
  }

  it('are numbers where X.411 has no name', () => {
    expect(nonDeliveryReasonName(1)).to.equal('unable-to-transfer');
    expect(nonDeliveryReasonName(9)).to.equal('9');
    expect(nonDeliveryDiagnosticName(79)).to.equal('79');
    expect(nonDeliveryReason('no-such-reason')).to.equal(undefined);
    expect(nonDeliveryDiagnostic('no-such-diagnostic')).to.equal(undefined);
  });
});

describe('object identifiers', () => {
  it('have names', () => {
    expect(objectName('2.6.0.1.6')).to.equal('id-ac-mts-transfer');
    expect(objectName(oid.mdbef)).to.match(/MDBEF/);
    expect(objectName('1.2.3')).to.equal(undefined);
  });

  it('lie under an arc by whole arcs', () => {
    expect(underArc(oid.mdbef, oid.microsoft)).to.equal(true);
    expect(underArc(oid.microsoft, oid.microsoft)).to.equal(true);
    expect(underArc('1.2.840.1135560.1', oid.microsoft)).to.equal(false);
    expect(underArc('1.2', oid.microsoft)).to.equal(false);
  });
});
