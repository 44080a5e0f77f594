/**
 * The shapes of proto/vefa/** as the gateway writes them: the protobuf JSON mapping. A field at its
 * default value may be absent, int64 is a string, an enum is its name, a time is RFC 3339.
 */

export type Int64 = string;
export type Timestamp = string;

// google.type
export interface CalendarDate {
  year?: number;
  month?: number;
  day?: number;
}

// vefa.contact.v1
export type Channel = 'CHANNEL_UNSPECIFIED' | 'CHANNEL_EMAIL' | 'CHANNEL_SMS' | 'CHANNEL_PUSH';
export type ConsentState = 'STATE_UNSPECIFIED' | 'STATE_GRANTED' | 'STATE_WITHDRAWN';

export interface Contact {
  name: string;
  externalId?: string;
  displayName?: string;
  email?: string;
  language?: string;
  source?: string;
  version?: Int64;
  etag?: string;
  createTime?: Timestamp;
  updateTime?: Timestamp;
}
export interface Consent {
  contact?: string;
  purpose?: string;
  channel?: Channel;
  state?: ConsentState;
  source?: string;
  occurTime?: Timestamp;
  recordTime?: Timestamp;
}
export interface ListContactsRequest {
  pageSize?: number;
  pageToken?: string;
  query?: string;
  orderBy?: string;
}
export interface ListContactsResponse {
  contacts?: Contact[];
  nextPageToken?: string;
  totalSize?: number;
}
export interface BatchGetContactsResponse {
  contacts?: Contact[];
}
export interface ListConsentsResponse {
  states?: Consent[];
  log?: Consent[];
}

// vefa.interaction.v1
export type TimelineKind =
  | 'KIND_UNSPECIFIED'
  | 'KIND_ORDER'
  | 'KIND_MESSAGE_ACCEPTED'
  | 'KIND_MESSAGE_REFUSED'
  | 'KIND_MESSAGE_DELIVERED'
  | 'KIND_MESSAGE_BOUNCED'
  | 'KIND_MESSAGE_UNKNOWN'
  | 'KIND_CONTACT_CREATED'
  | 'KIND_CONSENT_GRANTED'
  | 'KIND_CONSENT_WITHDRAWN'
  | 'KIND_UNSUBSCRIBED'
  | 'KIND_MESSAGE_FAILED'
  | 'KIND_CONTACT_ERASED'
  | 'KIND_CONTACT_MERGED'
  | 'KIND_CONTACT_UNMERGED';

export interface TimelineEntry {
  name: string;
  kind?: TimelineKind;
  occurTime?: Timestamp;
  recordTime?: Timestamp;
  subject?: string;
  facts?: Record<string, string>;
}
export interface ListTimelineResponse {
  entries?: TimelineEntry[];
  nextPageToken?: string;
}
export interface Score {
  name: string;
  contact?: string;
  model?: string;
  scoringRun?: string;
  asOfDate?: CalendarDate;
  frequency?: number;
  recencyWeeks?: number;
  ageWeeks?: number;
  meanValue?: number;
  pAlive?: number;
  pBuy90d?: number;
  expectedPurchases?: number;
  expectedValue?: number;
  residualLifetimeValue?: number;
  version?: Int64;
  updateTime?: Timestamp;
  currency?: string;
}
export interface BatchGetScoresResponse {
  scores?: Score[];
}
export type ScoringRunState = 'STATE_UNSPECIFIED' | 'STATE_PENDING' | 'STATE_RUNNING' | 'STATE_SUCCEEDED' | 'STATE_FAILED';
export interface BgNbdModel {
  r?: number;
  alpha?: number;
  a?: number;
  b?: number;
  logLikelihood?: number;
  iterations?: number;
}
export interface GammaGammaModel {
  p?: number;
  q?: number;
  v?: number;
  logLikelihood?: number;
  customers?: number;
}
export interface HoldoutGroup {
  frequency?: number;
  customers?: number;
  predictedMean?: number;
  actualMean?: number;
}
export interface HoldoutWeek {
  week?: number;
  predicted?: number;
  actual?: Int64;
}
export interface Holdout {
  weeks?: number;
  predicted?: number;
  actual?: Int64;
  groups?: HoldoutGroup[];
  byWeek?: HoldoutWeek[];
}
export interface ScoringRun {
  name: string;
  state?: ScoringRunState;
  progress?: number;
  error?: string;
  asOfDate?: CalendarDate;
  horizonWeeks?: number;
  scored?: number;
  purchaseModel?: BgNbdModel;
  valueModel?: GammaGammaModel;
  holdout?: Holdout;
  createTime?: Timestamp;
  finishTime?: Timestamp;
}
export interface ListScoringRunsResponse {
  scoringRuns?: ScoringRun[];
}

// vefa.campaign.v1
export interface Segment {
  name: string;
  displayName?: string;
  expression?: string;
  version?: Int64;
  createTime?: Timestamp;
}
export interface ListSegmentsResponse {
  segments?: Segment[];
}
export interface SegmentCount {
  size?: Int64;
  contactsKnown?: Int64;
  scoresKnown?: Int64;
  asOfTime?: Timestamp;
}
export type CampaignState = 'STATE_UNSPECIFIED' | 'STATE_DRAFT' | 'STATE_RUNNING' | 'STATE_PAUSED' | 'STATE_COMPLETED';
export interface CampaignProgress {
  audience?: Int64;
  requested?: Int64;
  accepted?: Int64;
  refused?: Record<string, Int64>;
  delivered?: Int64;
  bounced?: Int64;
  failed?: Int64;
  unknown?: Int64;
}
export interface Campaign {
  name: string;
  displayName?: string;
  segment?: string;
  template?: string;
  purpose?: string;
  channel?: Channel;
  state?: CampaignState;
  progress?: CampaignProgress;
  version?: Int64;
  createTime?: Timestamp;
  startTime?: Timestamp;
  finishTime?: Timestamp;
}
export interface ListCampaignsResponse {
  campaigns?: Campaign[];
}

// vefa.notification.v1
export type MessageState =
  | 'STATE_UNSPECIFIED'
  | 'STATE_REFUSED'
  | 'STATE_ACCEPTED'
  | 'STATE_DELIVERED'
  | 'STATE_BOUNCED'
  | 'STATE_FAILED'
  | 'STATE_UNKNOWN';
export interface Message {
  name: string;
  sendKey?: string;
  contact?: string;
  originator?: string;
  purpose?: string;
  channel?: Channel;
  state?: MessageState;
  reason?: string;
  policyVersion?: number;
  reply?: string;
  createTime?: Timestamp;
  finishTime?: Timestamp;
  holdUntil?: Timestamp;
}
export interface ListMessagesRequest {
  contact?: string;
  originator?: string;
  state?: string;
  reason?: string;
  pageSize?: number;
  pageToken?: string;
}
export interface ListMessagesResponse {
  messages?: Message[];
  nextPageToken?: string;
}
export interface Suppression {
  contact?: string;
  channel?: Channel;
  reason?: string;
  purpose?: string;
  createTime?: Timestamp;
}
export interface ListSuppressionsResponse {
  suppressions?: Suppression[];
}

// vefa.event.v1
export interface VefaEvent {
  id: string;
  type: string;
  source?: string;
  subject?: string;
  aggregateVersion?: Int64;
  tenantId?: string;
  occurTime?: Timestamp;
  recordTime?: Timestamp;
  topic?: string;
  partition?: number;
  offset?: Int64;
  payload?: { '@type': string; [field: string]: unknown };
}

// vefa.gateway.v1
export interface CreateSessionRequest {
  tenant: string;
  email: string;
  password: string;
}
export interface Session {
  tenant?: string;
  tenantId?: string;
  email?: string;
  displayName?: string;
  permissions?: string[];
  expireTime?: Timestamp;
  csrfToken?: string;
  eventsVolatile?: boolean;
}
export interface ServiceStatus {
  name?: string;
  state?: string;
  version?: string;
  topic?: string;
  eventsRecorded?: Int64;
  eventsPending?: Int64;
}
export interface PlatformStatus {
  services?: ServiceStatus[];
  eventsVolatile?: boolean;
}
