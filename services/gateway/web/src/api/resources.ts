import { call, resourcePath, setCsrfToken } from './client';
import type {
  BatchGetContactsResponse,
  BatchGetScoresResponse,
  Campaign,
  Contact,
  CreateSessionRequest,
  ListCampaignsResponse,
  ListConsentsResponse,
  ListContactsRequest,
  ListContactsResponse,
  ListMessagesRequest,
  ListMessagesResponse,
  ListScoringRunsResponse,
  ListSegmentsResponse,
  ListSuppressionsResponse,
  ListTimelineResponse,
  PlatformStatus,
  Score,
  SegmentCount,
  Session,
} from './types';

// One function per call the console makes; each takes the abort signal of its query.
type Signal = AbortSignal | undefined;

export async function getSession(signal?: Signal): Promise<Session> {
  const session = await call<Session>('GET', '/v1/session', { signal });
  setCsrfToken(session.csrfToken);
  return session;
}

export async function createSession(request: CreateSessionRequest): Promise<Session> {
  const session = await call<Session>('POST', '/v1/session', { body: request });
  setCsrfToken(session.csrfToken);
  return session;
}

export async function deleteSession(): Promise<void> {
  await call('DELETE', '/v1/session');
  setCsrfToken(undefined);
}

/** Always by POST when there is text to search for: names and addresses do not belong into URLs. */
export function listContacts(request: ListContactsRequest, signal?: Signal): Promise<ListContactsResponse> {
  if (request.query) return call('POST', '/v1/contacts:search', { body: request, signal });
  return call('GET', '/v1/contacts', { query: { ...request }, signal });
}

export function getContact(name: string, signal?: Signal): Promise<Contact> {
  return call('GET', resourcePath(name), { signal });
}

export function batchGetContacts(names: string[], signal?: Signal): Promise<BatchGetContactsResponse> {
  return call('POST', '/v1/contacts:batchGet', { body: { names }, signal });
}

export function listConsents(contact: string, signal?: Signal): Promise<ListConsentsResponse> {
  return call('GET', `${resourcePath(contact)}/consents`, { signal });
}

export function getScore(contact: string, signal?: Signal): Promise<Score> {
  return call('GET', `${resourcePath(contact)}/score`, { signal });
}

export function batchGetScores(contacts: string[], signal?: Signal): Promise<BatchGetScoresResponse> {
  return call('POST', '/v1/scores:batchGet', { body: { contacts }, signal });
}

export function listTimeline(
  contact: string,
  page: { pageSize?: number; pageToken?: string },
  signal?: Signal,
): Promise<ListTimelineResponse> {
  return call('GET', `${resourcePath(contact)}/timeline`, { query: page, signal });
}

export function listScoringRuns(signal?: Signal): Promise<ListScoringRunsResponse> {
  return call('GET', '/v1/scoringRuns', { signal });
}

export function listSegments(signal?: Signal): Promise<ListSegmentsResponse> {
  return call('GET', '/v1/segments', { signal });
}

export function countSegment(name: string, signal?: Signal): Promise<SegmentCount> {
  return call('GET', `${resourcePath(name)}:count`, { signal });
}

export function listCampaigns(signal?: Signal): Promise<ListCampaignsResponse> {
  return call('GET', '/v1/campaigns', { signal });
}

export function getCampaign(name: string, signal?: Signal): Promise<Campaign> {
  return call('GET', resourcePath(name), { signal });
}

export function pauseCampaign(name: string): Promise<Campaign> {
  return call('POST', `${resourcePath(name)}:pause`, { body: {} });
}

export function resumeCampaign(name: string): Promise<Campaign> {
  return call('POST', `${resourcePath(name)}:resume`, { body: {} });
}

export function listMessages(request: ListMessagesRequest, signal?: Signal): Promise<ListMessagesResponse> {
  return call('GET', '/v1/messages', { query: { ...request }, signal });
}

export function listSuppressions(contact: string, signal?: Signal): Promise<ListSuppressionsResponse> {
  return call('GET', `${resourcePath(contact)}/suppressions`, { signal });
}

export function getStatus(signal?: Signal): Promise<PlatformStatus> {
  return call('GET', '/v1/status', { signal });
}
