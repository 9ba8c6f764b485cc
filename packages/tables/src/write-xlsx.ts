import { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { guardApostrophe } from './formula-guard.ts';

/** A sheet has no more rows than this, its heading among them. */
const mostSheetRows = 1_048_576;
const rowsPerChunk = 200;

/** More rows than a sheet can hold. */
class TooManyRows extends Error {
  override readonly name = 'TooManyRows';
}

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const packageUri = 'http://schemas.openxmlformats.org/package/2006';
const documentUri = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const mimeUri = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** The parts of a workbook that do not depend on its rows. Style 0 is text, style 1 a heading. */
const fixedParts: Record<string, string> = {
  '[Content_Types].xml': `<Types xmlns="${packageUri}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${mimeUri}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${mimeUri}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${mimeUri}.styles+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="${packageUri}/relationships"><Relationship Id="rId1" Type="${documentUri}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${documentUri}"><sheets><sheet name="Syncline" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${packageUri}/relationships"><Relationship Id="rId1" Type="${documentUri}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${documentUri}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml': `<styleSheet xmlns="${main}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>`,
};
const textStyle = 1;
const headingStyle = 2;

/**
 * A workbook of one sheet. All cells are text and stay so when somebody edits them: no id becomes a number, no text a
 * formula. It is made as fast as it is read.
 */
export function writeXlsx(rows: AsyncIterable<readonly string[]>): Readable {
  const zip = new ZipFile();
  const sheet = Readable.from(sheetXml(rows), { objectMode: false, highWaterMark: 64 * 1024 });
  const out = new PassThrough();
  for (const [name, xml] of Object.entries(fixedParts)) zip.addBuffer(Buffer.from(head + xml), name);
  // The library passes no error on, and would wait for ever.
  sheet.once('error', (error) => out.destroy(error));
  zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml');
  zip.end();
  zip.outputStream.pipe(out);
  out.once('close', () => sheet.destroy());
  return out;
}

async function* sheetXml(rows: AsyncIterable<readonly string[]>): AsyncGenerator<Buffer> {
  // The heading stays in sight, and columns are text below the last row too.
  let chunk =
    `${head}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` +
    `<cols><col min="1" max="64" width="24" style="${String(textStyle)}" customWidth="1"/></cols><sheetData>`;
  let at = 0;
  for await (const row of rows) {
    at += 1;
    if (at > mostSheetRows) throw new TooManyRows(`a sheet has at most ${String(mostSheetRows)} rows`);
    const style = at === 1 ? headingStyle : textStyle;
    chunk += `<row r="${String(at)}">${row.map((cell) => cellXml(cell, style)).join('')}</row>`;
    if (at % rowsPerChunk !== 0) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  yield Buffer.from(`${chunk}</sheetData></worksheet>`);
}

function cellXml(text: string, style: number): string {
  return `<c s="${String(style)}" t="inlineStr"><is><t xml:space="preserve">${xmlText(guardApostrophe(text))}</t></is></c>`;
}

const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** What XML cannot hold is written `_x000B_`, as spreadsheets do; a text that looks like that has its `_` written so. */
function xmlText(text: string): string {
  return text
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/[&<>]/g, (character) => named[character] ?? character)
    .replace(
      /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    );
}
