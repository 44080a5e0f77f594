#include "services/notification/notification_store.h"
#include "services/notification/suppression_store.h"

namespace vefa::notification {
namespace {

using postgres::Bind;
using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define VEFA_MESSAGE_COLUMNS                                                                                    \
  "SELECT m.id, m.contact_id, m.originator, m.purpose, m.channel, m.send_key, m.reason, m.policy_version,"      \
  " m.create_time, r.state, r.code, r.enhanced, r.reply, r.finish_time, h.until_time FROM message m"            \
  " LEFT JOIN send_result r ON r.tenant_id = m.tenant_id AND r.message_id = m.id AND r.state <> 7"              \
  " LEFT JOIN message_hold h ON h.tenant_id = m.tenant_id AND h.message_id = m.id WHERE m.tenant_id = $1"

const Statement kGet{"message_get", VEFA_MESSAGE_COLUMNS " AND m.id = $2"};

#define VEFA_MESSAGE_FILTER                                                                                 \
  VEFA_MESSAGE_COLUMNS                                                                                      \
  " AND ($2::uuid IS NULL OR m.contact_id = $2) AND ($3::text IS NULL OR m.originator = $3)"                \
  " AND ($4::uuid IS NULL OR m.id < $4)"
#define VEFA_MESSAGE_ORDER " ORDER BY m.id DESC LIMIT $5"

// One statement per kind of state, so that each can use its own index.
const Statement kListAll{"message_list", VEFA_MESSAGE_FILTER VEFA_MESSAGE_ORDER};
const Statement kListRefused{"message_list_refused",
                             VEFA_MESSAGE_FILTER " AND m.reason > 0 AND ($6::smallint IS NULL OR m.reason = $6)" VEFA_MESSAGE_ORDER};
const Statement kListWaiting{"message_list_waiting",
                             VEFA_MESSAGE_FILTER " AND m.reason = 0 AND r.message_id IS NULL" VEFA_MESSAGE_ORDER};
const Statement kListHeld{"message_list_held", VEFA_MESSAGE_FILTER " AND m.reason = 0 AND r.message_id IS NULL AND h.until_time > $6"
                                               VEFA_MESSAGE_ORDER};
const Statement kListState{"message_list_state", VEFA_MESSAGE_FILTER " AND r.state = $6" VEFA_MESSAGE_ORDER};

Message ToMessage(const Rows& rows, int i) {
  Message message;
  message.info = {rows.Id(i, 0), rows.Id(i, 1), rows.String(i, 2), rows.String(i, 3), static_cast<short>(rows.Int32(i, 4))};
  message.send_key = rows.String(i, 5);
  message.refusal = static_cast<Refusal>(rows.Int32(i, 6));
  message.policy_version = rows.Int32(i, 7);
  message.create_time = rows.Timestamp(i, 8);
  if (!rows.IsNull(i, 14)) message.hold_until = rows.Timestamp(i, 14);
  if (message.refusal != Refusal::kNone) {
    message.state = MessageState::kRefused;
  } else if (!rows.IsNull(i, 9)) {
    message.state = static_cast<MessageState>(rows.Int32(i, 9));
    message.reply = ReplyLine(rows.Int32(i, 10), rows.String(i, 11), rows.String(i, 12));
    message.finish_time = rows.Timestamp(i, 13);
  }
  return message;
}

}  // namespace

Result<std::optional<Message>> GetMessage(postgres::Database& database, const Uuid& tenant, const Uuid& id,
                                          Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kGet, Bound(tenant, id), deadline));
  if (rows.empty()) return std::optional<Message>();
  return std::optional<Message>(ToMessage(rows, 0));
}

Result<std::vector<Message>> ListMessages(postgres::Database& database, const Uuid& tenant, const MessagePage& page,
                                          Deadline deadline) {
  postgres::Params params = Bound(tenant, page.contact, page.originator, page.before, static_cast<int64_t>(page.size));
  const Statement* statement = &kListAll;
  // A reason is a kind of refusal, or of waiting, so it asks for such messages whatever the state says.
  if (page.held_at) {
    statement = &kListHeld;
    params.push_back(Bind(*page.held_at));
  } else if (page.refusal || page.state == MessageState::kRefused) {
    statement = &kListRefused;
    std::optional<int16_t> reason;
    if (page.refusal) reason = static_cast<int16_t>(*page.refusal);
    params.push_back(Bind(reason));
  } else if (page.state == MessageState::kAccepted) {
    statement = &kListWaiting;
  } else if (page.state) {
    statement = &kListState;
    params.push_back(Bind(static_cast<int16_t>(*page.state)));
  }
  VEFA_TRY(auto answers, database.Run(Scope::Tenant(tenant),
                                      {{&kPlanForTheseValues, {}}, {statement, std::move(params)}}, deadline));
  const Rows& rows = answers.back();
  std::vector<Message> messages;
  for (int i = 0; i < rows.size(); ++i) messages.push_back(ToMessage(rows, i));
  return messages;
}

}  // namespace vefa::notification
