#include "services/contact/iys/iys.h"

#include <array>

#include "services/contact/iys/business_days.h"
#include "services/contact/party/party.h"

namespace vefa::contact {
namespace {

constexpr size_t kIysUsernameMax = 200;  // Characters.
constexpr char kIysSourceDefault[] = "HS_WEB";
// How often IYS is asked about an address to which a word may still be on its way.
constexpr int32_t kIysAsksMax = 8;

// Word for word what the interface takes.
constexpr std::array<std::pair<IysStatus, std::string_view>, 2> kStatusWords{{{IysStatus::kOnay, "ONAY"}, {IysStatus::kRet, "RET"}}};
constexpr std::array<std::pair<IysRecipient, std::string_view>, 2> kRecipientWords{
    {{IysRecipient::kIndividual, "BIREYSEL"}, {IysRecipient::kMerchant, "TACIR"}}};
// Calls (ARAMA) are no channel here.
constexpr std::array<std::pair<Channel, std::string_view>, 2> kChannelWords{{{Channel::kEmail, "EPOSTA"}, {Channel::kSms, "MESAJ"}}};

template <typename Words, typename Value>
std::string_view WordIn(const Words& words, Value value) {
  for (const auto& [known, word] : words)
    if (known == value) return word;
  return "";
}

template <typename Value, size_t kCount>
std::optional<Value> ValueIn(const std::array<std::pair<Value, std::string_view>, kCount>& words, std::string_view word) {
  for (const auto& [value, known] : words)
    if (known == word) return value;
  return std::nullopt;
}

}  // namespace

std::optional<IysEntry> EntryOf(const IysWord& word, const std::optional<IysEntry>& before) {
  if (!word.granted_time && !word.denied_time) return std::nullopt;
  // An address, or being addressed as a merchant, is a matter of its own at IYS.
  const bool goes_on = before && before->address_hash == word.address_hash && before->recipient == word.recipient;
  IysEntry entry = goes_on ? *before : IysEntry{};
  entry.contact = word.contact;
  entry.channel = word.channel;
  entry.recipient = word.recipient;
  entry.address_hash = word.address_hash;
  entry.wanted = word.granted_time ? IysStatus::kOnay : IysStatus::kRet;
  entry.say_time = word.granted_time ? *word.granted_time : *word.denied_time;
  entry.capture_source = word.granted_time ? word.granted_source : word.denied_source;
  if (goes_on && entry.wanted == before->wanted && entry.say_time == before->say_time) return std::nullopt;
  entry.due_time = EndOfBusinessDay(entry.say_time, kIysBusinessDays);
  entry.attempts = 0;
  entry.error_code = entry.error_message = "";
  // What is under way is waited for: its answer says what IYS knows then.
  const bool known = entry.wanted == entry.registered && entry.sent == IysStatus::kUnknown;
  if (entry.state != IysState::kSent) entry.state = known ? IysState::kRegistered : IysState::kWaiting;
  return entry;
}

void Registered(IysEntry& entry, IysStatus status, Time time, std::string transaction_id) {
  entry.registered = status;
  entry.register_time = time;
  entry.transaction_id = std::move(transaction_id);
  entry.sent = IysStatus::kUnknown;
  entry.request_id = entry.error_code = entry.error_message = "";
  entry.attempts = 0;
  entry.state = entry.wanted == status ? IysState::kRegistered : IysState::kWaiting;
}

IysStep StepOf(const IysEntry& entry, IysMaster master) {
  if (entry.state != IysState::kWaiting) return IysStep::kNothing;
  const bool unknown = entry.registered == IysStatus::kUnknown, under_way = entry.sent != IysStatus::kUnknown;
  if (entry.wanted == entry.registered && !under_way) return IysStep::kNothing;
  if (under_way || (unknown && (entry.wanted == IysStatus::kRet || master == IysMaster::kIys))) return IysStep::kAsk;
  return IysStep::kSend;
}

IysStep Answered(IysEntry& entry, IysStatus status, IysMaster master, Time now) {
  // An older word may be on its way there still, and would undo what is right now. The same word sent twice does no harm.
  const bool on_its_way = entry.sent != IysStatus::kUnknown && entry.sent != status && entry.sent != entry.wanted;
  if (on_its_way && entry.attempts < kIysAsksMax) {
    entry.registered = status;
    return IysStep::kNothing;
  }
  if (status == entry.wanted) {
    Registered(entry, status, now, entry.transaction_id);
    return IysStep::kNothing;
  }
  entry.registered = status;
  const bool would_be_new = status == IysStatus::kUnknown && (entry.wanted == IysStatus::kRet || master == IysMaster::kIys);
  if (would_be_new && entry.sent != entry.wanted) {
    entry.sent = IysStatus::kUnknown;
    entry.state = IysState::kUnneeded;
    return IysStep::kNothing;
  }
  entry.sent = entry.wanted;
  entry.state = IysState::kWaiting;
  return IysStep::kSend;
}

std::string_view IysWordOf(IysStatus status) { return WordIn(kStatusWords, status); }
std::string_view IysWordOf(IysRecipient recipient) { return WordIn(kRecipientWords, recipient); }
std::string_view IysWordOf(Channel channel) { return WordIn(kChannelWords, channel); }
std::optional<IysStatus> IysStatusOf(std::string_view word) { return ValueIn(kStatusWords, word); }
std::optional<IysRecipient> IysRecipientOf(std::string_view word) { return ValueIn(kRecipientWords, word); }
std::optional<Channel> IysChannelOf(std::string_view word) { return ValueIn(kChannelWords, word); }

std::string_view IysSourceOf(std::string_view capture_source) {
  return capture_source.starts_with("HS_") ? capture_source : std::string_view(kIysSourceDefault);
}

void Normalise(IysAccount& account, std::vector<Violation>& violations) {
  FieldRules rules("account.", violations);
  rules.That(account.iys_code > 0, "iys_code", "OUT_OF_RANGE", "Give the provider's number at IYS.");
  rules.That(account.brand_code > 0, "brand_code", "OUT_OF_RANGE", "Give the brand's number at IYS.");
  rules.Text(account.username, "username", kIysUsernameMax);
  rules.That(!account.username.empty(), "username", "REQUIRED", "Give the user of IYS's interface.");
  rules.That(account.master == IysMaster::kVefa || account.master == IysMaster::kIys, "master", "MASTER_UNKNOWN",
             "Give MASTER_VEFA or MASTER_IYS.");
  rules.That(account.approval_purpose.empty() || IsSlug(account.approval_purpose), "approval_purpose", "PURPOSE_SYNTAX",
             "Give the code of a purpose, or nothing.");
  rules.That(account.master != IysMaster::kIys || !account.approval_purpose.empty(), "approval_purpose", "PURPOSE_REQUIRED",
             "Say for which purpose an approval given at IYS counts, or choose MASTER_VEFA.");
}

}  // namespace vefa::contact
