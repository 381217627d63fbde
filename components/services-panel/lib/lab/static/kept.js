// What this browser keeps of a course, in its own storage: the newest two of this session, and the newest two of
// earlier ones, which nothing but a person's word removes. IndexedDB, which plain http has as well, and in which an
// archive is there whole or not at all.

const STORE = 'kept', MOST = 2;

const answer = asked => new Promise((resolve, reject) => {
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

async function change(mode, work) {
  const opening = indexedDB.open('binder-services', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: ['slug', 'session', 'made'] });
  const database = await answer(opening);
  try {
    const transaction = database.transaction(STORE, mode);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error ?? new DOMException('', 'AbortError'));
    });
    done.catch(() => undefined); // told by what is awaited first
    const result = await work(transaction.objectStore(STORE));
    await done;
    return result;
  } finally {
    database.close();
  }
}

const all = (store, slug) => answer(store.getAll(IDBKeyRange.bound([slug], [slug, []])));
const remove = (store, one) => store.delete([one.slug, one.session, one.made]);

/** The newest first: slug, session, made (milliseconds), bytes, blob. */
export async function list(slug) {
  return (await change('readonly', store => all(store, slug))).sort((a, b) => b.made - a.made);
}

export const forget = one => change('readwrite', store => remove(store, one));

async function put(record, most) {
  await change('readwrite', async store => {
    store.put(record);
    const known = (await all(store, record.slug)).sort((a, b) => b.made - a.made);
    const own = one => one.session === record.session;
    for (const one of [...known.filter(own).slice(most), ...known.filter(one => !own(one)).slice(MOST)]) {
      remove(store, one);
    }
  });
}

/** Keep it; where there is no room for two of this session, then this one alone. */
export async function add(record) {
  const full = error => error.name === 'QuotaExceededError';
  try {
    await put(record, MOST);
  } catch (error) {
    if (!full(error)) throw error;
    try {
      const older = (await list(record.slug)).filter(one => one.session === record.session);
      if (older.length < MOST) throw error;
      await forget(older.pop());
      await put(record, MOST);
    } catch (again) {
      if (!full(again)) throw again;
      throw new Error('this browser has no more room: forget what it keeps, or use Save');
    }
  }
}
