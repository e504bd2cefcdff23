// Whether the browser promises to keep what is stored, and how much room there is.

export async function askToPersist() {
  const { storage } = navigator;
  if (!storage || !storage.persist) return null;
  return (await storage.persisted()) || storage.persist();
}

export async function describeStorage() {
  const { storage } = navigator;
  if (!storage || !storage.estimate) return { persisted: null, usage: null, quota: null };
  const { usage = null, quota = null } = await storage.estimate();
  return { persisted: storage.persisted ? await storage.persisted() : null, usage, quota };
}
