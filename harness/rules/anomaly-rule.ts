import type { Anomaly } from '../stack/anomaly.js';
import { defineRule, type HitSubscription, type Rule, type RuleInfo } from './rule.js';
import type { AnomalyKind, Region, Site } from './site.js';

/** Which anomalies are a rule's: those of its kinds in its regions, and of them, where it says so, only some. */
export interface AnomalyScope {
  readonly kinds: readonly AnomalyKind[];
  /** All where absent. */
  readonly regions?: readonly Region[];
  readonly only?: (anomaly: Anomaly, site: Site) => boolean;
}

/** A rule that tells of what observers and decoders saw: the declarations and tables are its allow-list. */
export function anomalyRule(
  info: Omit<RuleInfo, 'appliesTo'> & Partial<Pick<RuleInfo, 'appliesTo'>>,
  scope: AnomalyScope,
): Rule {
  const { kinds, regions, only } = scope;
  return defineRule({
    ...info,
    start: ({ find }) => ({
      anomaly(anomaly, site) {
        if (!kinds.includes(site.kind)) return;
        if (regions !== undefined && !regions.includes(site.region)) return;
        if (only !== undefined && !only(anomaly, site)) return;
        find(anomaly, anomaly.message, { key: anomaly.detail });
      },
    }),
  });
}

/** A rule that tells of link state data in some kinds of octets. */
export function linkStateRule(
  info: Pick<RuleInfo, 'id' | 'title' | 'rationale'>,
  streams: HitSubscription['streams'],
): Rule {
  return defineRule({
    ...info,
    tier: 1,
    strength: 'shall',
    clause: 'X.411 12.1, 12.2',
    start: ({ find, hits }) => {
      hits({
        signature: 'link-state',
        streams,
        found({ path, offset, length, message, stream }) {
          const layer = stream === 'session' ? 'session' : stream === 'stray' ? 'rtse' : 'p1';
          find({ path, layer, offset, length }, message, { signature: 'link state data (OrgInfo)' });
        },
      });
      return {};
    },
  });
}
