// What is passed on to IYS, and what became of it. An entry is marked before it leaves, so that a process that ends in between makes nobody
// guess: who finds the mark asks IYS first.
#include <algorithm>
#include <map>

#include "services/contact/iys/iys_keeper.h"

namespace vefa::contact {
namespace {

constexpr size_t kAskedAtOnce = 50;
constexpr int32_t kRequestsAtOnce = 20;
constexpr std::chrono::minutes kBegunFor(1);  // Whoever began has so long before another may.
constexpr std::chrono::minutes kMovedAgain(5);  // An address that is another one now: its new entry is on its way.
// What is on its way is asked about in steps that double, for three quarters of an hour.
constexpr std::chrono::seconds kFirstAsk(10), kLastAsk(3600);
constexpr std::chrono::seconds kFirstPoll(5);
constexpr std::chrono::minutes kLastPoll(10);

using EntryKey = std::pair<Uuid, Channel>;
EntryKey KeyOf(const IysEntry& entry) { return {entry.contact, entry.channel}; }

// Whether it is still about the same address.
bool IsOf(const IysEntry& fresh, const IysEntry& begun) {
  return fresh.address_hash == begun.address_hash && fresh.recipient == begun.recipient;
}

std::vector<Uuid> ContactsOf(const std::vector<IysEntry>& entries) {
  std::vector<Uuid> contacts;
  for (const IysEntry& entry : entries) contacts.push_back(entry.contact);
  std::ranges::sort(contacts);
  const auto twins = std::ranges::unique(contacts);
  contacts.erase(twins.begin(), twins.end());
  return contacts;
}

std::vector<IysEntry> EntriesOf(const std::vector<IysAddressed>& addressed) {
  std::vector<IysEntry> entries;
  for (const IysAddressed& one : addressed) entries.push_back(one.entry);
  return entries;
}

// Changes entries as they are by now, those that are still about the same address.
template <typename Change>
Status ChangeFresh(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<IysEntry>& begun, Change change) {
  std::map<EntryKey, size_t> places;
  for (size_t i = 0; i < begun.size(); ++i) places[KeyOf(begun[i])] = i;
  VEFA_TRY(auto fresh, LockIysEntries(transaction, tenant, ContactsOf(begun)));
  std::vector<IysEntry> changed;
  for (IysEntry& entry : fresh) {
    const auto place = places.find(KeyOf(entry));
    if (place == places.end() || !IsOf(entry, begun[place->second])) continue;
    change(entry, place->second);
    changed.push_back(std::move(entry));
  }
  return WriteIysEntries(transaction, tenant, changed);
}

// Whether it is to be passed on at once.
bool KeepAnswer(IysEntry& entry, const IysConsent& answer, IysMaster master, Time now) {
  IysStep step = IysStep::kNothing;
  if (entry.state == IysState::kSent) {
    entry.registered = answer.status;
  } else if ((entry.state == IysState::kRefused || !entry.error_code.empty()) && answer.status != entry.wanted) {
    // It was refused, and IYS does not have it from elsewhere either.
    entry.registered = answer.status;
    entry.sent = IysStatus::kUnknown;
    entry.state = IysState::kRefused;
  } else {
    step = Answered(entry, answer.status, master, answer.creation_time == Time{} ? now : answer.creation_time);
    if (entry.state == IysState::kRegistered) entry.transaction_id = answer.transaction_id;
  }
  const bool on_its_way = entry.state == IysState::kWaiting && entry.sent != IysStatus::kUnknown;
  entry.next_time = step == IysStep::kSend ? now + kBegunFor : on_its_way ? now + std::min(kFirstAsk * (1 << std::min(entry.attempts, 6)), kLastAsk) : now;
  return step == IysStep::kSend;
}

}  // namespace

Result<IysKeeper::Batch> IysKeeper::Begin(const Uuid& tenant, const IysAccount& account, Deadline deadline) const {
  const Time now = clock_.Now();
  return postgres::InTransaction(database_, postgres::Scope::Tenant(tenant), deadline, [&](postgres::Transaction& transaction) -> Result<Batch> {
    VEFA_TRY(auto waiting, LockIysWaiting(transaction, tenant, now, static_cast<int32_t>(IysRegistry::kBatchMax)));
    Batch batch;
    std::vector<IysEntry> begun;
    for (IysAddressed& one : waiting) {
      IysEntry& entry = one.entry;
      const IysStep step = StepOf(entry, account.master);
      if (step == IysStep::kAsk && batch.asked.size() == kAskedAtOnce) continue;
      entry.next_time = now + (one.address.Reveal().empty() ? kMovedAgain : kBegunFor);
      ++entry.attempts;
      if (one.address.Reveal().empty() || step == IysStep::kNothing) {
        if (step == IysStep::kNothing) entry.state = IysState::kRegistered;
        begun.push_back(entry);
        continue;
      }
      if (step == IysStep::kSend) entry.sent = entry.wanted;
      begun.push_back(entry);
      (step == IysStep::kAsk ? batch.asked : batch.sent).push_back(std::move(one));
    }
    VEFA_TRY_OK(WriteIysEntries(transaction, tenant, begun));
    batch.more = !begun.empty();
    return batch;
  });
}

Result<bool> IysKeeper::Push(const Uuid& tenant, const IysAccount& account, IysRegistry& registry, Deadline deadline) const {
  VEFA_TRY(Batch batch, Begin(tenant, account, deadline));
  Answers answers;
  std::vector<IysAddressed> found_missing;
  VEFA_TRY_OK(Ask(tenant, account, registry, batch.asked, answers, found_missing, deadline));
  std::ranges::move(found_missing, std::back_inserter(batch.sent));
  if (!batch.sent.empty()) VEFA_TRY_OK(Send(tenant, registry, batch.sent, deadline));
  return batch.more;
}

Status IysKeeper::Ask(const Uuid& tenant, const IysAccount& account, IysRegistry& registry, const std::vector<IysAddressed>& entries,
                      Answers& answers, std::vector<IysAddressed>& to_send, Deadline deadline) const {
  Status asked = Ok();
  std::vector<Personal<std::string>> addresses;
  for (const auto& [entry, address] : entries) {
    if (address.Reveal().empty()) continue;
    auto answer = registry.Find(address.Reveal(), entry.recipient, entry.channel, deadline);
    if (!answer.ok()) {
      asked = std::move(answer).error();
      break;
    }
    answers.emplace_back(entry, *std::move(answer));
    addresses.push_back(address);
  }
  // What was learned before it failed is kept.
  if (answers.empty()) return asked;
  VEFA_TRY(auto next, Learn(tenant, account, answers, deadline));
  for (auto& [place, entry] : next) to_send.push_back({std::move(entry), addresses[place]});
  return asked;
}

Status IysKeeper::Send(const Uuid& tenant, IysRegistry& registry, const std::vector<IysAddressed>& entries, Deadline deadline) const {
  std::vector<IysConsent> batch;
  for (const auto& [entry, address] : entries)
    batch.push_back({address.Reveal(), entry.recipient, entry.channel, entry.wanted, entry.say_time, std::string(IysSourceOf(entry.capture_source))});
  auto request = registry.Add(batch, deadline);
  const Time now = clock_.Now();
  const bool perhaps = !request.ok() && request.error().metadata.contains("handed_over");
  VEFA_TRY_OK(postgres::InTransaction(database_, postgres::Scope::Tenant(tenant), deadline, [&](postgres::Transaction& transaction) {
    return ChangeFresh(transaction, tenant, EntriesOf(entries), [&](IysEntry& entry, size_t place) {
      entry.next_time = now;
      if (request.ok()) {
        entry.state = IysState::kSent;
        entry.request_id = *request;
        entry.request_index = static_cast<int32_t>(place);
        entry.next_time = now + kFirstPoll;
        entry.attempts = 0;
      } else if (!perhaps) {
        entry.sent = IysStatus::kUnknown;
      }
    });
  }));
  if (!request.ok()) return std::move(request).error();
  return Ok();
}

Result<IysKeeper::Places> IysKeeper::Learn(const Uuid& tenant, const IysAccount& account, const Answers& answers, Deadline deadline) const {
  VEFA_TRY(auto sealer, keys_.ForTenant(tenant, deadline));
  std::vector<IysEntry> begun;
  for (const auto& [entry, answer] : answers) begun.push_back(entry);
  Places to_send;
  VEFA_TRY(auto changed, postgres::InTransaction(
                             database_, postgres::Scope::Tenant(tenant), deadline,
                             [&](postgres::Transaction& transaction) -> Result<std::vector<ContactVersion>> {
                               std::vector<size_t> refusals;
                               to_send.clear();
                               VEFA_TRY_OK(ChangeFresh(transaction, tenant, begun, [&](IysEntry& entry, size_t place) {
                                 const IysConsent& answer = answers[place].second;
                                 // They refused at IYS, after they agreed here, and its list of changes has not told.
                                 if (answer.status == IysStatus::kRet && entry.wanted == IysStatus::kOnay && answer.consent_time > entry.say_time)
                                   refusals.push_back(place);
                                 if (KeepAnswer(entry, answer, account.master, clock_.Now())) to_send.emplace_back(place, entry);
                               }));
                               std::vector<ContactVersion> all;
                               for (const size_t place : refusals) {
                                 VEFA_TRY(auto versions, Take(transaction, account, *sealer, begun[place].contact, answers[place].second));
                                 all.insert(all.end(), versions.begin(), versions.end());
                               }
                               return all;
                             }));
  Tell(tenant, changed);
  return to_send;
}

Status IysKeeper::Poll(const Uuid& tenant, IysRegistry& registry, Deadline deadline) const {
  VEFA_TRY(auto requests, FindIysRequests(database_, tenant, clock_.Now(), kRequestsAtOnce, deadline));
  for (const std::string& request : requests) {
    auto outcomes = registry.Outcomes(request, IysRegistry::kBatchMax, deadline);
    const bool forgotten = !outcomes.ok() && outcomes.error().reason == "IYS_REQUEST_UNKNOWN";
    if (!outcomes.ok() && !forgotten) return std::move(outcomes).error();
    const Time now = clock_.Now();
    VEFA_TRY_OK(postgres::InTransaction(database_, postgres::Scope::Tenant(tenant), deadline, [&](postgres::Transaction& transaction) -> Status {
      VEFA_TRY(auto entries, LockIysRequest(transaction, tenant, request));
      for (IysEntry& entry : entries) {
        const IysOutcome outcome = forgotten ? IysOutcome{.kind = IysOutcome::Kind::kFailed} : (*outcomes)[static_cast<size_t>(entry.request_index)];
        entry.next_time = now;
        switch (outcome.kind) {
          case IysOutcome::Kind::kRegistered:
            Registered(entry, entry.sent, outcome.creation_time == Time{} ? now : outcome.creation_time, outcome.transaction_id);
            break;
          case IysOutcome::Kind::kQueued:
            entry.next_time = now + std::min<std::chrono::seconds>(kFirstPoll * (1 << std::min(entry.attempts, 7)), kLastPoll);
            ++entry.attempts;
            break;
          case IysOutcome::Kind::kFailed:
            // It may have it all the same, from elsewhere or from a batch that was sent twice: it is asked.
            entry.state = IysState::kWaiting;
            entry.request_id = "";
            if (forgotten || entry.sent != entry.wanted) {
              entry.sent = IysStatus::kUnknown;
            } else {
              entry.error_code = outcome.error_code.empty() ? "-" : outcome.error_code;
              entry.error_message = outcome.error_message;
            }
        }
      }
      return WriteIysEntries(transaction, tenant, entries);
    }));
  }
  return Ok();
}

}  // namespace vefa::contact
