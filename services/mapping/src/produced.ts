const mostRows = 50_000;

/**
 * Which version of a row had its effects produced by this process. What is not remembered is produced again, which is
 * harmless (design, "Nothing is lost between store and broker").
 */
export class Produced {
  private readonly versions = new Map<string, number>();

  note(rowId: string, version: number): void {
    this.versions.delete(rowId);
    this.versions.set(rowId, version);
    if (this.versions.size <= mostRows) return;
    for (const oldest of this.versions.keys()) {
      this.versions.delete(oldest);
      return;
    }
  }

  has(rowId: string, version: number): boolean {
    return this.versions.get(rowId) === version;
  }
}
