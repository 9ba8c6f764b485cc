import type { Answer, BatchQuery } from '@syncline/erp';
import type { Rule } from './findings.ts';
import { check, type Kit } from './kit.ts';
import { needed } from './wire.ts';

const readable: Rule = {
  sentence:
    'an answer is HTTP 2xx, in the format of the data center, with a success code where it is expected',
  source: 'spec 3.1, contract 4',
};
const tokenChecked: Rule = { sentence: 'a wrong token is refused', source: 'contract 4' };
const contentType: Rule = { sentence: 'the content type is that of the format', source: 'spec 3.1' };
const clock: Rule = { sentence: "the header Date tells the ERP's own time", source: 'connect.md' };

export const wrongToken = 'syncline-check-wrong-token';

const lastDay = (): BatchQuery => ({
  startTime: Date.now() - 24 * 3_600_000,
  endTime: Date.now(),
  offset: 0,
  limit: 1,
  includeDetail: true,
});

/** Can it be talked to at all? The other checks make no sense if not. */
export async function checkConnection(kit: Kit): Promise<boolean> {
  const { wire, findings } = kit;
  const page = await check(kit, readable, async () => needed(await wire.batch(lastDay())));
  if (page === null) return false;
  findings.right(readable);
  if (wire.lastAnswer !== null) judgeContentType(kit, wire.lastAnswer);
  judgeClock(kit, page.erpTime);
  const refused = await wire.batch(lastDay(), wrongToken);
  findings.judge(
    tokenChecked,
    refused.ok ? `queryMasterBatch answered the token ${wrongToken}` : null,
    'compare the header token with the one you agreed on, on every path; answer HTTP 401 to any other',
  );
  return true;
}

const patterns = { json: /json|javascript/i, xml: /xml/i, text: /^text\/(?!html)/i };

function judgeContentType({ dataCenter, findings }: Kit, { contentType: came = '' }: Answer): void {
  if (patterns[dataCenter.format].test(came)) findings.right(contentType, came);
  else
    findings.open(
      contentType,
      came === '' ? 'there is no content type' : `it is ${came}; only its charset is looked at`,
      `answer a content type of ${dataCenter.format}`,
    );
}

const farMs = 60_000;

function judgeClock({ findings }: Kit, erpTime: number | undefined): void {
  if (erpTime === undefined) {
    findings.open(
      clock,
      "there is none, so windows of time follow Syncline's clock",
      'answer the header Date',
    );
    return;
  }
  const offMs = erpTime - Date.now();
  const off = `its clock is ${Math.round(Math.abs(offMs) / 1000)} s ${offMs < 0 ? 'behind' : 'ahead'}`;
  findings.right(clock, Math.abs(offMs) > farMs ? `${off}; windows of time follow it` : undefined);
}
