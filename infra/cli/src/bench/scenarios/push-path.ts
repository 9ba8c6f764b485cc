/** Where the receiver takes pushes (contract 3). */
export const pushPath = '/erp/syncdata/open/objdata/asyncpush';
