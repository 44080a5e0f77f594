import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ApiError } from '../../api/errors';
import {
  batchGetScores,
  getContact,
  getScore,
  listConsents,
  listContacts,
  listMessages,
  listSuppressions,
  listTimeline,
} from '../../api/resources';
import type { Score } from '../../api/types';

export const PAGE_SIZE = 500;
const TIMELINE_PAGE = 200;
const MESSAGES_PAGE = 100;

/** People by keyset pages: the text goes by POST, order and pages are the server's. */
export const peopleQuery = (query: string, orderBy: string) =>
  infiniteQueryOptions({
    queryKey: ['people', 'list', query, orderBy],
    queryFn: ({ pageParam, signal }) => listContacts({ pageSize: PAGE_SIZE, pageToken: pageParam, query, orderBy }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextPageToken || undefined,
    placeholderData: keepPreviousData,
  });

/** The scores of one page of people; people without one are simply absent. */
export const pageScoresQuery = (names: string[]) =>
  queryOptions({
    queryKey: ['scores', 'page', names[0] ?? '', names.at(-1) ?? '', names.length],
    queryFn: async ({ signal }) => {
      const answer = await batchGetScores(names, signal);
      return new Map((answer.scores ?? []).map((score) => [score.contact ?? '', score]));
    },
    enabled: names.length > 0,
  });

export const contactQuery = (name: string) =>
  queryOptions({ queryKey: ['contacts', name], queryFn: ({ signal }) => getContact(name, signal) });

export const consentsQuery = (name: string) =>
  queryOptions({ queryKey: ['contacts', name, 'consents'], queryFn: ({ signal }) => listConsents(name, signal) });

/** `null` when the person was never scored: that is an answer, not a failure. */
export const scoreQuery = (name: string) =>
  queryOptions({
    queryKey: ['contacts', name, 'score'],
    queryFn: async ({ signal }): Promise<Score | null> => {
      try {
        return await getScore(name, signal);
      } catch (error) {
        if (error instanceof ApiError && error.reason === 'SCORE_NOT_FOUND') return null;
        throw error;
      }
    },
  });

export const timelineQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: ['contacts', name, 'timeline'],
    queryFn: ({ pageParam, signal }) => listTimeline(name, { pageSize: TIMELINE_PAGE, pageToken: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextPageToken || undefined,
  });

export const personMessagesQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: ['contacts', name, 'messages'],
    queryFn: ({ pageParam, signal }) => listMessages({ contact: name, pageSize: MESSAGES_PAGE, pageToken: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextPageToken || undefined,
  });

export const suppressionsQuery = (name: string) =>
  queryOptions({
    queryKey: ['contacts', name, 'suppressions'],
    queryFn: async ({ signal }) => (await listSuppressions(name, signal)).suppressions ?? [],
  });
