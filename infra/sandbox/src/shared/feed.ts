/** One line in words about something that moved, numbered as the ledger entry behind it. */
export interface FeedLine {
  seq: number;
  at: number;
  text: string;
}

const keptLines = 2000;

/** The newest lines about what moved. Built again from the ledger at each start, so numbers outlive a restart. */
export class Feed {
  private lines: FeedLine[] = [];

  add(line: FeedLine): void {
    this.lines.push(line);
    if (this.lines.length >= 2 * keptLines) this.lines = this.lines.slice(-keptLines);
  }

  after(seq: number, limit: number): FeedLine[] {
    return this.lines.filter((line) => line.seq > seq).slice(0, limit);
  }
}
