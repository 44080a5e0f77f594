#include "services/notification/delivery/preparer.h"

namespace vefa::notification {
namespace {

constexpr size_t kContentsMax = 32;
constexpr std::chrono::seconds kFresh{10};

}  // namespace

Result<std::shared_ptr<const CompiledContent>> Preparer::ContentOf(const Chunk& chunk, Deadline deadline) {
  auto key = std::pair(chunk.tenant, chunk.content);
  auto known = contents_.find(key);
  if (known != contents_.end()) return known->second;
  VEFA_TRY(std::string stored, LoadContent(pump_, chunk.tenant, chunk.content, deadline));
  VEFA_TRY(CompiledContent compiled, CompileContent(stored, settings_.sender));
  if (contents_.size() >= kContentsMax) contents_.clear();
  auto shared = std::make_shared<const CompiledContent>(std::move(compiled));
  contents_[key] = shared;
  return shared;
}

Status Preparer::Fetch(ActiveChunk& active, const std::vector<int>& ords, Deadline deadline) {
  const Chunk& chunk = active.chunk;
  VEFA_TRY(content_, ContentOf(chunk, deadline));
  if (ordinals_.count(chunk.tenant) == 0) {
    VEFA_TRY(int32_t ordinal, LoadTenantOrdinal(pump_, chunk.tenant, deadline));
    ordinals_[chunk.tenant] = ordinal;
  }
  ordinal_ = ordinals_[chunk.tenant];
  std::vector<Uuid> contacts;
  for (int ord : ords) contacts.push_back(chunk.contacts[static_cast<size_t>(ord)]);
  VEFA_TRY(found_, recipients_.Get(chunk.tenant, contacts, chunk.purpose, chunk.channel, deadline));
  fetched_ = std::chrono::steady_clock::now();
  active.address_hashes.resize(chunk.messages.size());
  for (int ord : ords) {
    auto place = static_cast<size_t>(ord);
    auto found = found_.find(chunk.contacts[place]);
    bool reachable = found != found_.end() && !found->second.address.empty();
    active.address_hashes[place] = reachable ? key_.AddressHash(chunk.tenant, found->second.address.Reveal()) : "";
  }
  return Ok();
}

bool Preparer::Stale() const { return std::chrono::steady_clock::now() - fetched_ > kFresh; }

const Recipient* Preparer::Find(const ActiveChunk& active, int ord) const {
  auto found = found_.find(active.chunk.contacts[static_cast<size_t>(ord)]);
  return found == found_.end() ? nullptr : &found->second;
}

// Each place was reserved when it was accepted. It counts what was accepted before it, so that where the person wants fewer now the earlier
// ones go: of two that are about to leave at once exactly one counts the other.
Preparer::Counted Preparer::CountsOf(const ActiveChunk& active, const std::vector<int>& ords) const {
  Counted counted;
  if (content_->builder.asks_to_confirm()) return counted;
  const Time now = clock_.Now();
  for (int ord : ords) {
    const Recipient* recipient = Find(active, ord);
    if (recipient == nullptr || recipient->essential || !recipient->wishes.limits()) continue;
    const auto place = static_cast<size_t>(ord);
    counted.ords.push_back(ord);
    counted.counts.push_back({active.chunk.contacts[place], SinceWhen(recipient->wishes, now), active.chunk.messages[place]});
  }
  return counted;
}

GateAnswer Preparer::Decide(const ActiveChunk& active, int ord, const std::unordered_set<std::string>& suppressed,
                            const HandedOver* handed) const {
  const Recipient* recipient = Find(active, ord);
  RecipientFacts facts = FactsOf(recipient, suppressed.count(active.address_hashes[static_cast<size_t>(ord)]) > 0,
                                 content_->builder.asks_to_confirm(), clock_.Now());
  facts.limit_reached = recipient != nullptr && handed != nullptr && IsLimitReached(recipient->wishes, *handed);
  return notification::Decide(facts);
}

smtp::Mail Preparer::Build(const ActiveChunk& active, int ord, uint64_t ticket) const {
  const Chunk& chunk = active.chunk;
  auto place = static_cast<size_t>(ord);
  const Recipient& recipient = found_.at(chunk.contacts[place]);
  MailFacts facts;
  facts.message = chunk.messages[place];
  facts.display_name = recipient.display_name;
  facts.address = recipient.address;
  facts.language = recipient.language;
  facts.unsubscribe_url =
      settings_.public_url + "/u/" + key_.Unsubscribe({static_cast<uint32_t>(ordinal_), facts.message, 0});
  facts.preferences_url = settings_.public_url + recipient.preference_path;
  facts.confirmation_url = settings_.public_url + recipient.confirmation_path;
  facts.campaign_name = content_->title;
  facts.purpose_title = recipient.purpose_title;
  facts.purpose = chunk.purpose;
  facts.originator = chunk.originator;
  facts.date = chunk.create_time;
  smtp::Mail mail;
  mail.ticket = ticket;
  mail.from = settings_.sender.address;
  mail.to = recipient.address;
  mail.data = content_->builder.Build(facts);
  return mail;
}

}  // namespace vefa::notification
