import { decode } from '../../asn1/decode.js';
import type { Decoded } from '../../asn1/decoded.js';
import type { TypeRef } from '../../asn1/types.js';
import type { Element } from '../../ber/element.js';
import type { Octets } from '../../ber/octets.js';
import { readElements } from '../../ber/reader.js';
import { TagClass, tagKey, tagName, Universal } from '../../ber/tag.js';
import type { Anomaly } from '../anomaly.js';
import { anomaliesOf, readOnly } from '../issues.js';
import { stringContent } from '../string-content.js';
import { readPlainData } from './plain-data.js';
import { AbortType, CP, CPA, CPR, ModeValue, UserData } from './types.js';

/** One presentation data value, with what its context stands for. */
export interface PresentationValue {
  readonly contextId: number;
  /** The abstract syntax that was proposed for the context; undefined where none was, or where that was not seen. */
  readonly abstractSyntax: string | undefined;
  /** Its context was never proposed, or was refused; an anomaly has told so. */
  readonly foreign: boolean;
  /** The PDV-list it came in. */
  readonly pdv: Decoded;
  /** The value's TLV; undefined where the octets of an octet-aligned value are no BER. */
  readonly element: Element | undefined;
}

export type PpduName = 'CP' | 'CPA' | 'CPR' | 'ARU' | 'ARP' | 'TD';

export interface PpduObservation {
  readonly name: PpduName;
  readonly decoded: Decoded | undefined;
  readonly values: readonly PresentationValue[];
  readonly anomalies: readonly Anomaly[];
}

interface Context {
  readonly abstractSyntax: string;
  /** Undefined until the answer was seen. */
  accepted?: boolean;
}

/** Basic encoding rules, X.690: the transfer syntax of every context of an MTA. */
const BER = '2.1.1';
const SET = tagKey(TagClass.universal, Universal.set);

function isContext0({ key }: Element): boolean {
  return key === tagKey(TagClass.context, 0);
}

/** Whether a CP or CPA is of normal mode: the mode selector decides. X.226 8.2. */
export function presentationMode(userData: Octets): 'normal' | 'x410' | undefined {
  const { elements } = readElements(userData, { layer: 'presentation' });
  const [first] = elements;
  if (first === undefined || first.key !== SET) return undefined;
  const selector = first.children.find(isContext0);
  // The mode selector is a SET: its value may stand behind something foreign.
  const value = selector?.children.find(isContext0);
  if (value === undefined || value.constructed) return undefined;
  return value.bytes[value.bytes.length - 1] === ModeValue.named.normalMode ? 'normal' : 'x410';
}

/** Both directions of one presentation connection in normal mode. X.226. */
export class PresentationObserver {
  readonly #contexts = new Map<number, Context>();
  #proposals: number[] = [];
  /** Whether the CP was seen: without it no context can be called unnegotiated. */
  #connectSeen = false;
  #accepted = false;

  /** The abstract syntax of a context; undefined where it was never proposed. */
  abstractSyntax(contextId: number): string | undefined {
    return this.#contexts.get(contextId)?.abstractSyntax;
  }

  get connectSeen(): boolean {
    return this.#connectSeen;
  }

  /** User data of CONNECT. */
  connect(userData: Octets): PpduObservation {
    const observation = this.#ppdu('CP', CP, userData);
    const { decoded } = observation;
    this.#connectSeen = true;
    const parameters = decoded?.get('normalModeParameters');
    for (const item of parameters?.get('presentationContextDefinitionList')?.children ?? []) {
      const id = item.get('presentationContextIdentifier')?.primitive;
      const abstractSyntax = item.get('abstractSyntaxName')?.primitive;
      if (typeof id !== 'number' || typeof abstractSyntax !== 'string') continue;
      this.#proposals.push(id);
      if (!this.#contexts.has(id)) this.#contexts.set(id, { abstractSyntax });
    }
    return this.#withValues(observation, parameters?.get('userData'));
  }

  /** User data of ACCEPT. */
  accept(userData: Octets): PpduObservation {
    const observation = this.#ppdu('CPA', CPA, userData);
    this.#accepted = true;
    const parameters = observation.decoded?.get('normalModeParameters');
    const results = parameters?.get('presentationContextDefinitionResultList')?.children ?? [];
    results.forEach((result, i) => {
      const context = this.#contexts.get(this.#proposals[i] ?? Number.NaN);
      if (context !== undefined) context.accepted = result.get('result')?.primitive === 0;
    });
    const surplus: Anomaly[] = results
      .slice(this.#connectSeen ? this.#proposals.length : results.length)
      .map((result) => ({
        layer: 'presentation',
        code: 'surplus-value',
        path: result.path,
        offset: result.element.offset,
        length: result.element.length,
        message: 'a result for a context that was not proposed',
        clause: 'X.226 6.2.3.5',
      }));
    return this.#withValues(
      { ...observation, anomalies: [...observation.anomalies, ...surplus] },
      parameters?.get('userData'),
    );
  }

  /** User data of REFUSE, behind the reason octet. */
  refuse(userData: Octets): PpduObservation {
    const observation = this.#ppdu('CPR', CPR, userData);
    return this.#withValues(observation, observation.decoded?.get('normalModeParameters', 'userData'));
  }

  /** User data of ABORT by the user. */
  abort(userData: Octets): PpduObservation {
    const observation = this.#ppdu('ARU', AbortType, userData);
    if (observation.decoded?.get('arpPpdu') !== undefined) return { ...observation, name: 'ARP' };
    return this.#withValues(observation, observation.decoded?.get('aruPpdu', 'normalModeParameters', 'userData'));
  }

  /** User data of DATA, and of the SPDUs whose user data is plain User-data (release, tokens). X.226 8.4.3. */
  data(userData: Octets): PpduObservation {
    const observation = this.#ppdu('TD', UserData, userData);
    return this.#withValues(observation, observation.decoded);
  }

  /**
   * The OCTET STRING in user data of DATA that holds nothing else, in a context for that abstract syntax; undefined where
   * there is anything to observe.
   */
  plainData(userData: Octets, abstractSyntax: string): Octets | undefined {
    const plain = readPlainData(userData);
    const context = plain === undefined ? undefined : this.#contexts.get(plain.contextId);
    return context?.abstractSyntax === abstractSyntax && context.accepted !== false ? plain?.octets : undefined;
  }

  #ppdu(name: PpduName, type: TypeRef, octets: Octets): PpduObservation {
    const { element, anomalies } = readOnly('presentation', name, octets, 'X.226 8.3');
    if (element === undefined) return { name, decoded: undefined, values: [], anomalies };
    const { decoded, issues } = decode(type, element, { name });
    anomalies.push(...anomaliesOf('presentation', issues, 'X.226 8.2'), ...otherMode(decoded, this.#accepted));
    return { name, decoded, values: [], anomalies };
  }

  #withValues(observation: PpduObservation, userData: Decoded | undefined): PpduObservation {
    const anomalies = [...observation.anomalies];
    const simply = userData?.get('simplyEncodedData');
    if (simply !== undefined) {
      // X.226 8.4.1: simple encoding needs exactly one context; MTAs have three.
      anomalies.push({
        layer: 'presentation',
        code: 'malformed',
        path: simply.path,
        offset: simply.element.offset,
        length: simply.element.length,
        message: 'simply encoded data where several contexts are defined',
        clause: 'X.226 8.4.1',
      });
    }
    const pdvs = userData?.get('fullyEncodedData')?.children ?? [];
    return { ...observation, anomalies, values: pdvs.flatMap((pdv) => this.#value(pdv, anomalies)) };
  }

  #value(pdv: Decoded, anomalies: Anomaly[]): PresentationValue[] {
    const contextId = pdv.get('presentationContextIdentifier')?.primitive;
    if (typeof contextId !== 'number') return [];
    const context = this.#contexts.get(contextId);
    const foreign = this.#connectSeen && (context === undefined || context.accepted === false);
    if (foreign) {
      anomalies.push({
        layer: 'presentation',
        code: 'foreign-context',
        path: pdv.path,
        offset: pdv.element.offset,
        length: pdv.element.length,
        message: `a value in presentation context ${contextId}, which was ${context === undefined ? 'never proposed' : 'refused'}`,
        clause: 'X.226 8.4.2',
        detail: String(contextId),
      });
    }
    const syntax = pdv.get('transferSyntaxName');
    if (typeof syntax?.primitive === 'string' && syntax.primitive !== BER) {
      anomalies.push({
        layer: 'presentation',
        code: 'foreign-context',
        path: syntax.path,
        offset: syntax.inner.offset,
        length: syntax.inner.length,
        message: `the transfer syntax ${syntax.primitive}, where BER was proposed`,
        clause: 'X.226 8.4.2',
        detail: syntax.primitive,
      });
    }
    const values = pdv.get('presentationDataValues');
    const element = valueElement(values, anomalies);
    return [{ contextId, abstractSyntax: context?.abstractSyntax, foreign, pdv, element }];
  }
}

/** Members of the X.410 alternatives that they have only because RTORJ and RTAB do: X.228 has them in normal mode. */
const NORMAL_ONLY = ['userDataRJ', 'userdataAB'];

/** The declarations have the parameters of both modes; in normal mode those of X.410 mode are nobody's. */
function otherMode(decoded: Decoded | undefined, accepted: boolean): Anomaly[] {
  const inConnect = decoded?.get('x410ModeParameters');
  const inAbort = decoded?.get('aruPpdu', 'x410ModeParameters');
  const parameters = inConnect ?? inAbort;
  if (parameters === undefined) return [];
  // Who speaks X.410 mode alone refuses a CP of normal mode, or aborts at it, in the only way it knows.
  const isAnswer = inAbort !== undefined ? !accepted : decoded?.type.name === 'CPR-PPDU';
  const foreign = isAnswer ? parameters.children.filter(({ name }) => NORMAL_ONLY.includes(name)) : [parameters];
  return foreign.map(({ path, element }) => ({
    layer: 'presentation',
    code: 'unknown-element',
    path,
    offset: element.offset,
    length: element.length,
    message: isAnswer ? 'user data of normal mode in X.410 mode' : 'parameters of X.410 mode in normal mode',
    clause: 'X.226 8.2',
    detail: tagName(element),
  }));
}

/** The TLV inside single-ASN1-type, or inside the octets of an octet-aligned value. */
function valueElement(values: Decoded | undefined, anomalies: Anomaly[]): Element | undefined {
  const single = values?.get('singleASN1Type');
  if (single !== undefined) return single.inner;
  const aligned = values?.get('octetAligned');
  if (aligned === undefined) return undefined;
  const { element, anomalies: more } = readOnly(
    'presentation',
    aligned.path,
    stringContent(aligned.inner),
    'X.226 8.4.2.5',
  );
  anomalies.push(...more);
  return element;
}
