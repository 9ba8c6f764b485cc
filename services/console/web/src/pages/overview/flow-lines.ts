import type { Direction, Overview } from '../../api/shapes.ts';

export interface FlowLine {
  id: 'crmEvents' | 'crmWrites' | 'erpWrites' | 'erpRecords';
  topic: string;
  from: string;
  to: string;
  /** null while it is not known */
  perSecond: number | null;
  /** messages that nobody has dealt with yet */
  waiting: number;
  /** syncs that failed lately because of the side the line leads to, or of what came on it */
  failed: number;
}

/** The topics as lines. Nobody of ours reads crm.writes: how much flows there is told by its answers. */
export function linesOf(overview: Overview): FlowLine[] {
  const rateOf = (name: string): number | null =>
    overview.topics.find(({ topic }) => topic === name)?.perSecond ?? null;
  const lagOf = (...names: string[]): number =>
    overview.topics
      .filter(({ topic }) => names.includes(topic))
      .reduce((sum, { lag }) => sum + (lag ?? 0), 0);
  const failedOf = (direction: Direction): number =>
    overview.streams
      .filter((stream) => stream.direction === direction)
      .reduce((sum, { recent }) => sum + recent.failed, 0);
  return [
    {
      id: 'crmEvents',
      topic: 'crm.events',
      from: 'CRM',
      to: 'mapping',
      perSecond: rateOf('crm.events'),
      waiting: lagOf('crm.events'),
      failed: 0,
    },
    {
      id: 'crmWrites',
      topic: 'crm.writes',
      from: 'mapping',
      to: 'CRM',
      perSecond: rateOf('crm.write-results'),
      waiting: lagOf('crm.write-results'),
      failed: failedOf('erp-to-crm'),
    },
    {
      id: 'erpWrites',
      topic: 'erp.writes',
      from: 'mapping',
      to: 'ERP',
      perSecond: rateOf('erp.writes'),
      waiting: lagOf('erp.writes', 'erp.write-results'),
      failed: failedOf('crm-to-erp'),
    },
    {
      id: 'erpRecords',
      topic: 'erp.records',
      from: 'ERP',
      to: 'mapping',
      perSecond: rateOf('erp.records'),
      waiting: lagOf('erp.records'),
      failed: 0,
    },
  ];
}
