/** `open`: it was not tested, or it is no fault and still worth knowing. */
export type Mark = 'right' | 'wrong' | 'open';

/** One sentence of the specification or contract, and whether the ERP keeps it. */
export interface Finding {
  mark: Mark;
  sentence: string;
  /** where the sentence stands */
  source: string;
  /** what came */
  came?: string | undefined;
  /** what to change */
  todo?: string | undefined;
}

/** A sentence before it is judged. */
export type Rule = Pick<Finding, 'sentence' | 'source'>;

export interface Listener {
  section(title: string): void;
  finding(finding: Finding): void;
}

/** Everything that was found, told as it is found. */
export class Findings {
  readonly all: Finding[] = [];
  readonly #listener: Listener;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  section(title: string): void {
    this.#listener.section(title);
  }

  right(rule: Rule, came?: string): void {
    this.#add({ ...rule, mark: 'right', came });
  }

  wrong(rule: Rule, came: string, todo: string): void {
    this.#add({ ...rule, mark: 'wrong', came, todo });
  }

  open(rule: Rule, came: string, todo?: string): void {
    this.#add({ ...rule, mark: 'open', came, todo });
  }

  /** Right unless there is something to say against it. */
  judge(rule: Rule, problem: string | null, todo: string): void {
    if (problem === null) this.right(rule);
    else this.wrong(rule, problem, todo);
  }

  get wrongs(): number {
    return this.all.filter(({ mark }) => mark === 'wrong').length;
  }

  #add(finding: Finding): void {
    this.all.push(finding);
    this.#listener.finding(finding);
  }
}

const marks: Record<Mark, string> = { right: '✔', wrong: '✘', open: '–' };

/** The finding in lines for a person. */
export function findingLines({ mark, sentence, source, came, todo }: Finding): string[] {
  return [
    `  ${marks[mark]} ${sentence} (${source})`,
    ...(came === undefined ? [] : [`      ${mark === 'wrong' ? 'came: ' : ''}${came}`]),
    ...(todo === undefined ? [] : [`      to do: ${todo}`]),
  ];
}
