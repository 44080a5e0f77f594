#include "services/notification/submission.h"

#include <set>
#include <unordered_map>

#include "libs/base/text.h"
#include "libs/rpc/time.h"
#include "services/notification/content.h"
#include "services/notification/suppression_store.h"

namespace vefa::notification {
namespace {

constexpr int kMessagesMax = 500;
constexpr size_t kSendKeyMax = 200;

void CheckCommon(const v1::SubmitMessagesRequest& request, std::vector<Violation>& violations) {
  if (!IsOriginator(request.originator()))
    violations.push_back({"originator", "ORIGINATOR_SYNTAX", "Name who asks, for example `campaigns/win-back`."});
  if (!IsSlug(request.purpose()))
    violations.push_back({"purpose", "PURPOSE_SYNTAX", "Give the purpose whose consent is to be checked."});
  if (request.channel() != contact::v1::CHANNEL_EMAIL)
    violations.push_back({"channel", "CHANNEL_NOT_SERVED", "Use CHANNEL_EMAIL; the other channels are not served yet."});
  if (request.messages().empty() || request.messages_size() > kMessagesMax)
    violations.push_back({"messages", "BATCH_SIZE", "Ask for 1 to 500 messages at once."});
  CheckContent(request.content(), violations);
}

}  // namespace

Result<std::vector<Submitter::Wanted>> Submitter::Read(const v1::SubmitMessagesRequest& request) const {
  std::vector<Violation> violations;
  CheckCommon(request, violations);
  std::vector<Wanted> wanted;
  std::set<std::string_view> keys;
  for (int i = 0; i < request.messages_size() && i < kMessagesMax; ++i) {
    const v1::MessageRequest& message = request.messages(i);
    std::string path = "messages[" + std::to_string(i) + "]";
    bool key_fits = !message.send_key().empty() && message.send_key().size() <= kSendKeyMax && IsUtf8(message.send_key());
    if (!key_fits) violations.push_back({path + ".send_key", "SEND_KEY_SYNTAX", "Give a key of 1 to 200 bytes of UTF-8."});
    if (!keys.insert(message.send_key()).second)
      violations.push_back({path + ".send_key", "SEND_KEY_REPEATED", "Use each key once in a batch."});
    auto contact = ParseResourceName("contacts", message.contact());
    if (!contact.ok()) violations.push_back({path + ".contact", contact.error().reason, contact.error().message});
    if (contact.ok()) wanted.push_back({message.send_key(), *contact});
  }
  if (!violations.empty()) return Violations(std::move(violations));
  return wanted;
}

Result<std::vector<NewMessage>> Submitter::Decide(const Uuid& tenant, const v1::SubmitMessagesRequest& request,
                                                  const std::vector<Wanted>& wanted, Deadline deadline) {
  std::vector<Uuid> contacts;
  for (const Wanted& one : wanted) contacts.push_back(one.contact);
  auto channel = static_cast<short>(request.channel());
  const bool asks = AsksToConfirm(request.content());
  VEFA_TRY(Recipients::Found found, recipients_.Get(tenant, contacts, request.purpose(), channel, deadline));
  std::vector<NewMessage> messages;
  std::vector<std::string> hashes;
  for (const Wanted& one : wanted) {
    NewMessage message;
    message.info = {NewUuidV7(clock_), one.contact, request.originator(), request.purpose(), channel};
    message.send_key = one.send_key;
    auto recipient = found.find(one.contact);
    if (recipient != found.end()) {
      message.language = recipient->second.language;
      if (!recipient->second.address.empty()) {
        message.address_hash = key_.AddressHash(tenant, recipient->second.address.Reveal());
        hashes.push_back(message.address_hash);
      }
    }
    messages.push_back(std::move(message));
  }
  VEFA_TRY(auto rows, database_.Run(postgres::Scope::Tenant(tenant),
                                    {FindSuppressedCall(tenant, channel, request.purpose(), hashes)}, deadline));
  std::unordered_set<std::string> suppressed = SuppressedOf(rows.front());
  const Time now = clock_.Now();
  for (NewMessage& message : messages) {
    auto recipient = found.find(message.info.contact);
    const Recipient* known = recipient == found.end() ? nullptr : &recipient->second;
    GateAnswer answer = notification::Decide(FactsOf(known, suppressed.count(message.address_hash) > 0, asks, now));
    message.refusal = answer.refusal;
    message.hold_until = answer.hold_until;
    message.essential = asks || (known != nullptr && known->essential);
    // How many there were is counted in the transaction that records this one.
    if (known != nullptr) message.wishes = known->wishes;
  }
  return messages;
}

Status Submitter::EnsureOrdinal(const Uuid& tenant, Deadline deadline) {
  {
    std::lock_guard lock(mutex_);
    if (with_ordinal_.count(tenant) > 0) return Ok();
  }
  VEFA_TRY([[maybe_unused]] int32_t ordinal, TenantOrdinal(database_, tenant, deadline));
  std::lock_guard lock(mutex_);
  with_ordinal_.insert(tenant);
  return Ok();
}

Result<v1::SubmitMessagesResponse> Submitter::Submit(const Uuid& tenant, const v1::SubmitMessagesRequest& request,
                                                     Deadline deadline) {
  VEFA_TRY(std::vector<Wanted> wanted, Read(request));
  std::vector<std::string> keys;
  for (const Wanted& one : wanted) keys.push_back(one.send_key);
  VEFA_TRY(std::vector<Decision> known, FindDecisions(database_, tenant, keys, deadline));
  std::unordered_map<std::string, Decision> decisions;
  for (Decision& decision : known) decisions.emplace(decision.send_key, decision);
  std::vector<Wanted> fresh;
  for (const Wanted& one : wanted)
    if (decisions.count(one.send_key) == 0) fresh.push_back(one);
  if (!fresh.empty()) {
    VEFA_TRY_OK(EnsureOrdinal(tenant, deadline));
    Submission submission{tenant, {}, StoredContent(request.content()), {}};
    submission.content_id = ContentId(submission.content);
    VEFA_TRY(submission.messages, Decide(tenant, request, fresh, deadline));
    VEFA_TRY(std::vector<Decision> recorded, RecordDecisions(database_, submission, clock_, deadline));
    for (Decision& decision : recorded) {
      if (decision.hold_until) holds_metric_.Add();
      decisions.emplace(decision.send_key, decision);
    }
  }
  v1::SubmitMessagesResponse response;
  for (const std::string& key : keys) {
    auto decision = decisions.find(key);
    if (decision == decisions.end()) return Internal("DECISION_MISSING", "A recorded decision cannot be read back.");
    auto* proto = response.add_decisions();
    proto->set_send_key(key);
    proto->set_message(ResourceName("messages", decision->second.message));
    proto->set_accepted(decision->second.refusal == Refusal::kNone);
    proto->set_reason(RefusalName(decision->second.refusal));
    if (decision->second.hold_until) *proto->mutable_hold_until() = rpc::ToProto(*decision->second.hold_until);
  }
  return response;
}

}  // namespace vefa::notification
