#include "services/notification/recipients.h"

#include <algorithm>

namespace vefa::notification {
namespace {

constexpr size_t kBatchMax = 1000;
constexpr std::chrono::milliseconds kTimeout{5000};
constexpr int kRetryAfterMs = 1000;

Wishes WishesOf(const contact::v1::Recipient& recipient) {
  Wishes wishes{recipient.time_zone(), {}, recipient.messages_per_day(), recipient.messages_per_week()};
  if (recipient.has_quiet_hours())
    wishes.quiet_hours = zone::DailyStretch{recipient.quiet_hours().start_minute(), recipient.quiet_hours().end_minute()};
  return wishes;
}

Deadline Sooner(Deadline a, Deadline b) { return a.at() < b.at() ? a : b; }

// Whatever contact's trouble is, nothing was decided and the same question can be asked again; only
// an answer that says that we asked wrongly is our own fault.
Error Unreachable(Error error) {
  bool ours = error.code == Code::kInvalidArgument || error.code == Code::kPermissionDenied ||
              error.code == Code::kUnauthenticated || error.code == Code::kNotFound;
  if (ours) return error;
  return Unavailable("CONSENTS_UNREACHABLE", "The consents cannot be read just now; nothing was decided, try again.",
                     std::max(error.retry_after_ms, kRetryAfterMs));
}

// A release of contact from before titles had languages tells one for all.
const std::string& TitleOf(const std::string& purpose, const contact::v1::BatchGetRecipientsResponse& answer, const contact::v1::Recipient& recipient) {
  if (!recipient.purpose_title().empty()) return recipient.purpose_title();
  return answer.purpose_title().empty() ? purpose : answer.purpose_title();
}

}  // namespace

RecipientFacts FactsOf(const Recipient* found, bool suppressed, bool asks_to_confirm, Time now) {
  if (found == nullptr) return {};
  RecipientFacts facts{true, !found->address.empty(), suppressed || found->suppressed, found->consent, found->paused, asks_to_confirm,
                       !found->confirmation_path.empty(), found->allowed && found->consent != ConsentState::kGranted, found->essential};
  facts.quiet_until = QuietUntil(found->wishes, now);
  return facts;
}

Recipients::Recipients(const std::string& address, const rpc::PrincipalKey& key, const rpc::Transport& transport)
    : peer_(address, key, "notification", transport), stub_(contact::v1::ContactService::NewStub(peer_.channel())) {}

Result<Recipients::Found> Recipients::Get(const Uuid& tenant, const std::vector<Uuid>& contacts,
                                          const std::string& purpose, short channel, Deadline deadline) {
  Found found;
  for (size_t at = 0; at < contacts.size(); at += kBatchMax) {
    contact::v1::BatchGetRecipientsRequest request;
    request.set_purpose(purpose);
    request.set_channel(static_cast<contact::v1::Channel>(channel));
    for (size_t i = at; i < std::min(at + kBatchMax, contacts.size()); ++i)
      request.add_contacts(ResourceName("contacts", contacts[i]));
    auto answer = rpc::Call(peer_, *stub_, &contact::v1::ContactService::Stub::BatchGetRecipients, request, tenant,
                            {"recipients.read"}, Sooner(deadline, Deadline::After(kTimeout)));
    if (!answer.ok()) return Unreachable(std::move(answer).error());
    for (const auto& recipient : answer->recipients()) {
      VEFA_TRY(Uuid id, ParseResourceName("contacts", recipient.contact()));
      found[id] = {recipient.address(), recipient.display_name(), recipient.language(), static_cast<ConsentState>(recipient.consent()),
                   recipient.suppressed(), recipient.paused(), recipient.preference_path(), recipient.confirmation_path(),
                   TitleOf(purpose, *answer, recipient), recipient.allowed(), recipient.essential(),
                   WishesOf(recipient)};
    }
  }
  return found;
}

}  // namespace vefa::notification
