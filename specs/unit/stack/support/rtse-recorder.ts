import type { SessionProvider } from '../../../../harness/stack/presentation/primitives.js';
import type { ModeProfile } from '../../../../harness/stack/rtse/mode.js';

/** A mode that only writes down what it is asked for, and keeps count of the tokens as session does. */
export class ModeRecorder {
  readonly sent: string[] = [];
  turn = false;
  #serial = 0;

  readonly #session: SessionProvider = {
    version: 2,
    sConnectRequest: this.#note('S-CONreq'),
    sConnectAccept: this.#note('S-CONrsp+'),
    sConnectRefuse: this.#note('S-CONrsp-'),
    sData: this.#note('S-DTreq'),
    sTokenPlease: this.#note('S-PTreq'),
    sControlGive: this.#note('P-CGreq', false),
    sSyncMinor: () => {
      this.sent.push('P-SYNmreq');
      this.#serial += 1;
      return this.#serial;
    },
    sSyncMinorResponse: this.#note('P-SYNmrsp'),
    sActivityStart: () => this.#begin('P-ACTSreq', 0),
    sActivityResume: ({ linking }) => this.#begin('P-ACTRreq', linking.serialNumber),
    sActivityEnd: () => {
      this.sent.push('P-ACTEreq');
      return this.#serial + 1;
    },
    sActivityEndResponse: this.#note('P-ACTErsp'),
    sActivityInterrupt: this.#note('P-ACTIreq'),
    sActivityInterruptResponse: this.#note('P-ACTIrsp', false),
    sActivityDiscard: this.#note('P-ACTDreq'),
    sActivityDiscardResponse: this.#note('P-ACTDrsp', false),
    sUExceptionReport: this.#note('P-UERreq'),
    sRelease: this.#note('S-RELreq'),
    sReleaseResponse: this.#note('S-RELrsp+'),
    sUAbort: this.#note('S-UABreq'),
  };

  readonly mode: ModeProfile = {
    mode: 'normal',
    connection: { callingReference: Uint8Array.of(4, 1, 0x61), commonReference: Uint8Array.of(4, 1, 0x62) },
    associate: this.#note('RTORQ'),
    acceptAssociation: this.#note('RTOAC'),
    refuseAssociation: this.#note('RTORJ'),
    wrap: (apdu) => apdu,
    unwrap: (octets) => octets,
    data: this.#note('RTTR'),
    turnPlease: this.#note('RTTP'),
    release: this.#note('A-RLSreq'),
    releaseResponse: this.#note('A-RLSrsp'),
    abort: ({ reason }) => {
      this.sent.push(`RTAB(${reason})`);
    },
    session: () => this.#session,
    receive: () => [],
  };

  /** `turn`: who has the tokens afterwards, where that changes. */
  #note(name: string, turn?: boolean): () => void {
    return () => {
      this.sent.push(name);
      if (turn !== undefined) this.turn = turn;
    };
  }

  #begin(name: string, serial: number): void {
    this.sent.push(name);
    this.#serial = serial;
  }
}
