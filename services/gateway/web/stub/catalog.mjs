// A catalogue of two kinds, shaped as `/catalog.json` is.
const field = (number, name, jsonName, type, comment, privacy) => ({
  name,
  jsonName,
  number,
  type,
  comment,
  ...(privacy && { privacy }),
});
const kind = (type, message, summary, dataClassification, example, exampleHex) => ({
  type,
  subject: 'contacts/{uuid}',
  since: '0.2.0',
  dataClassification,
  message,
  summary,
  example,
  exampleHex,
});

export const catalog = {
  streams: [
    {
      service: 'contact',
      topic: 'vefa.contact.v1',
      stateTopic: 'vefa.contact.state.v1',
      message: 'vefa.contact.v1.ContactEvent',
      schemaHash: 'ab12',
      summary: 'What happened to one contact.',
      events: [
        kind(
          'contact.created',
          'vefa.contact.v1.ContactCreated',
          'A contact became known.',
          'personal',
          {
            created: { state: { hasEmail: true } },
          },
          '0a020801',
        ),
        kind(
          'contact.erased',
          'vefa.contact.v1.ContactErased',
          'The person was erased.',
          'pseudonymous',
          {
            erased: { reason: 'DATA_SUBJECT_REQUEST' },
          },
          '72020a00',
        ),
      ],
      state: kind('contact.state', 'vefa.contact.v1.ContactSnapshot', 'The latest of one contact.', 'personal', {}, ''),
    },
  ],
  messages: {
    'vefa.contact.v1.ContactCreated': {
      comment: '',
      fields: [field(1, 'state', 'state', 'vefa.contact.v1.ContactState', 'Its state.')],
    },
    'vefa.contact.v1.ContactState': {
      comment: '',
      fields: [field(4, 'has_email', 'hasEmail', 'bool', 'Whether an e-mail address is known.', 'none')],
    },
    'vefa.contact.v1.ContactErased': { comment: '', fields: [field(1, 'reason', 'reason', 'string', 'Why.', 'none')] },
    'vefa.contact.v1.ContactSnapshot': {
      comment: '',
      fields: [field(1, 'state', 'state', 'vefa.contact.v1.ContactState', 'Its state.')],
    },
  },
  enums: {},
};
