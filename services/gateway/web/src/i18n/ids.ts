import type app from '../app/messages/en.json';
import type campaigns from '../features/campaigns/messages/en.json';
import type catalogue from '../features/catalogue/messages/en.json';
import type events from '../features/events/messages/en.json';
import type overview from '../features/overview/messages/en.json';
import type people from '../features/people/messages/en.json';
import type signIn from '../features/sign-in/messages/en.json';
import type system from '../features/system/messages/en.json';

/** Every text there is. The catalogues are the source; a misspelt id does not compile. */
export type MessageId =
  | keyof typeof app
  | keyof typeof campaigns
  | keyof typeof catalogue
  | keyof typeof events
  | keyof typeof overview
  | keyof typeof people
  | keyof typeof signIn
  | keyof typeof system;
