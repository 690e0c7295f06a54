import { choice, member } from '../asn1/declare.js';
import { Message } from './message.js';
import { ProbeTransferEnvelope } from './probe.js';
import { Report } from './report.js';

/** What one RT-TRANSFER carries; MPDU in 1984. X.411 (06/1999), module MTAAbstractService: report is [1], probe [2]. */
@choice({ name: 'MTS-APDU' })
export class MTSAPDU {
  @member(Message, { tag: 0 }) message?: Message;
  @member(ProbeTransferEnvelope, { tag: 2 }) probe?: ProbeTransferEnvelope;
  @member(Report, { tag: 1 }) report?: Report;
}
