// From people to entries, and from IYS to people; what is passed on is in iys_push.cc.
#include "services/contact/iys/iys_keeper.h"

#include <algorithm>
#include <map>

#include "services/contact/contact_store.h"
#include "services/contact/iys/iys_account_store.h"
#include "services/contact/iys/iys_secret.h"

namespace vefa::contact {
namespace {

constexpr char kIysActor[] = "services/contact";
constexpr char kIysSource[] = "IYS";

// What a change at IYS says of one purpose.
Consent SaidAtIys(const IysConsent& said, const std::string& purpose, ConsentState state, Time now) {
  Consent consent;
  consent.purpose = purpose;
  consent.channel = said.channel;
  consent.state = state;
  consent.source = kIysSource;
  // Nobody agreed in the future, whatever its clock says.
  consent.occur_time = std::min(said.consent_time, now);
  consent.record_time = now;
  consent.recipient_type = static_cast<int16_t>(said.type);
  if (said.source.starts_with("IYS_")) consent.capture_source = said.source;
  consent.actor = kIysActor;
  return consent;
}

// The entry since IYS told of the change; nullopt when it knows something newer.
std::optional<IysEntry> EntrySince(std::optional<IysEntry> entry, const IysConsent& said, bool meant, const std::string& address_hash,
                                   const Uuid& contact, Time now) {
  const bool goes_on = entry && entry->address_hash == address_hash && entry->recipient == said.type;
  if (entry && !goes_on) return std::nullopt;
  // The list of changes lags behind; what we passed on since is newer.
  if (goes_on && entry->register_time && *entry->register_time > said.creation_time) return std::nullopt;
  if (!goes_on) {
    entry.emplace();
    entry->contact = contact;
    entry->channel = said.channel;
    entry->recipient = said.type;
    entry->address_hash = address_hash;
  }
  if (!goes_on || (meant && said.consent_time >= entry->say_time)) {
    entry->wanted = said.status;
    entry->say_time = entry->due_time = said.consent_time;
    entry->capture_source = said.source;
  }
  const bool under_way = entry->state == IysState::kSent;
  if (!under_way) {
    Registered(*entry, said.status, said.creation_time, said.transaction_id);
  } else {
    entry->registered = said.status;
  }
  entry->next_time = now;
  return entry;
}

}  // namespace

Result<std::unique_ptr<IysRegistry>> IysKeeper::Connect(const Uuid& tenant, const IysAccount& account, Deadline deadline) const {
  if (!connect_)
    return Error{Code::kFailedPrecondition, "IYS_NOT_CONFIGURED", "No way to IYS is configured; set VEFA_IYS_URL."};
  VEFA_TRY(auto sealer, keys_.ForTenant(tenant, deadline));
  VEFA_TRY(auto password, UnwrapIysPassword(*sealer, account.wrapped_password));
  return connect_(account, std::move(password));
}

void IysKeeper::Tell(const Uuid& tenant, const std::vector<ContactVersion>& changed) const {
  if (changed.empty()) return;
  copies_.Changed(tenant, changed);
  if (relay_ != nullptr) relay_->Wake();
}

Result<bool> IysKeeper::Settle(const Uuid& tenant, const IysAccount& account, Deadline deadline) const {
  return postgres::InTransaction(database_, postgres::Scope::Tenant(tenant), deadline, [&](postgres::Transaction& transaction) -> Result<bool> {
    VEFA_TRY(auto contacts, TakeIysDue(transaction, tenant, kIysPage));
    if (contacts.empty()) {
      VEFA_TRY(contacts, TakeIysSweep(transaction, tenant, kIysPage));
    }
    if (contacts.empty()) return false;
    VEFA_TRY(auto words, ReadIysWords(transaction, tenant, contacts, account.unknown_country));
    VEFA_TRY(auto present, LockIysEntries(transaction, tenant, contacts));
    std::map<std::pair<Uuid, Channel>, IysEntry> before;
    for (IysEntry& entry : present) before.emplace(std::pair(entry.contact, entry.channel), std::move(entry));
    std::vector<IysEntry> changed;
    for (const IysWord& word : words) {
      const auto found = before.find({word.contact, word.channel});
      auto entry = EntryOf(word, found == before.end() ? std::nullopt : std::optional(found->second));
      if (!entry) continue;
      if (entry->state == IysState::kWaiting) entry->next_time = clock_.Now();
      changed.push_back(*std::move(entry));
    }
    VEFA_TRY_OK(WriteIysEntries(transaction, tenant, changed));
    VEFA_TRY_OK(DropIysEntries(transaction, tenant, contacts, words));
    return true;
  });
}

Result<std::vector<ContactVersion>> IysKeeper::Take(postgres::Transaction& transaction, const IysAccount& account, const Sealer& sealer,
                                                    const Uuid& contact, const IysConsent& said) const {
  const Time now = clock_.Now();
  std::vector<Consent> lines;
  if (said.status == IysStatus::kRet) {
    VEFA_TRY(auto purposes, FindIysPurposes(transaction, sealer.tenant(), contact, said.channel));
    for (const IysPurpose& purpose : purposes)
      lines.push_back(SaidAtIys(said, purpose.code, purpose.asked ? ConsentState::kWithdrawn : ConsentState::kRefused, now));
  } else if (!account.approval_purpose.empty()) {
    lines.push_back(SaidAtIys(said, account.approval_purpose, ConsentState::kGranted, now));
  }
  std::vector<ContactVersion> changed;
  for (const Consent& line : lines) {
    VEFA_TRY(auto recorded, RecordConsents(transaction, sealer.tenant(), {{"", contact, line, {}, {}}}, clock_));
    if (recorded.front().outcome == Recorded::kNew) changed.push_back(recorded.front().contact);
  }
  VEFA_TRY(auto entries, LockIysEntries(transaction, sealer.tenant(), {contact}));
  const auto found = std::ranges::find(entries, said.channel, &IysEntry::channel);
  const PointKind kind = said.channel == Channel::kEmail ? PointKind::kEmail : PointKind::kPhone;
  const bool meant = said.status == IysStatus::kRet || !account.approval_purpose.empty();
  auto entry = EntrySince(found == entries.end() ? std::nullopt : std::optional(*found), said, meant,
                          sealer.addresses().Hash(kind, said.recipient), contact, now);
  if (entry) VEFA_TRY_OK(WriteIysEntries(transaction, sealer.tenant(), {*entry}));
  return changed;
}

Result<bool> IysKeeper::Pull(const Uuid& tenant, IysAccount& account, IysRegistry& registry, Deadline deadline) const {
  VEFA_TRY(auto sealer, keys_.ForTenant(tenant, deadline));
  VEFA_TRY(IysChanges changes, registry.Changes(account.pull_after, deadline));
  const std::string after = changes.after.empty() ? account.pull_after : changes.after;
  // In the transaction that moves the place: each is taken once.
  VEFA_TRY(auto changed, postgres::InTransaction(
                             database_, postgres::Scope::Tenant(tenant), deadline,
                             [&](postgres::Transaction& transaction) -> Result<std::vector<ContactVersion>> {
                               std::vector<ContactVersion> all;
                               for (IysConsent& said : changes.consents) {
                                 if (auto email = NormalEmail(said.recipient); said.channel == Channel::kEmail && email) said.recipient = *email;
                                 VEFA_TRY(auto contacts, FindIysContacts(transaction, tenant, said.channel, said.recipient));
                                 for (const Uuid& contact : contacts) {
                                   VEFA_TRY(auto versions, Take(transaction, account, *sealer, contact, said));
                                   all.insert(all.end(), versions.begin(), versions.end());
                                 }
                               }
                               VEFA_TRY_OK(StorePull(transaction, tenant, after, clock_.Now()));
                               return all;
                             }));
  const bool more = changes.more && after != account.pull_after;
  account.pull_after = after;
  account.pull_time = clock_.Now();
  Tell(tenant, changed);
  return more;
}

Result<std::vector<IysEntry>> IysKeeper::Compare(const Uuid& tenant, const IysAccount& account, IysRegistry& registry,
                                                 const std::vector<IysAddressed>& page, Deadline deadline) const {
  Answers answers;
  // What is to be passed on is marked, and the next turn passes it on.
  std::vector<IysAddressed> to_send;
  VEFA_TRY_OK(Ask(tenant, account, registry, page, answers, to_send, deadline));
  std::vector<IysEntry> differences;
  for (const auto& [entry, answer] : answers) {
    if (answer.status == entry.wanted) continue;
    differences.push_back(entry);
    differences.back().registered = answer.status;
  }
  return differences;
}

}  // namespace vefa::contact
