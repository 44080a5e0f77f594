export function answer(method: string, path: string, query: Record<string, string>, body: unknown): unknown;
