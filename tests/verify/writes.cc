#include <unordered_map>
#include <unordered_set>

#include "tests/verify/verdict.h"

namespace vefa::verify {
namespace {

// What one external id, or one consent, must come to by all that was said of it.
struct Wanted {
  WriteKind kind{};
  bool must_be = false;            // Somebody was told that it is there.
  std::set<std::string> values;    // One of which must be stored.
  std::string name;                // The resource's name as it was told.
  bool may_be = false;             // Some try of it may have been applied.
};

std::string Key(const Uuid& tenant, std::string_view key) { return tenant.ToString() + ' ' + std::string(key); }

// Tries come in the order in which they were known, so a later word replaces an earlier one.
std::unordered_map<std::string, Wanted> Fold(const Evidence& evidence, Verdict& refusals) {
  std::unordered_map<std::string, Wanted> wanted;
  for (const Try& one : evidence.tries) {
    Wanted& want = wanted[Key(one.tenant, one.key)];
    want.kind = one.kind;
    if (one.kind == WriteKind::kBad) {
      ++refusals.checked;
      if (one.told == Told::kAcknowledged) refusals.Violate("acknowledged, though it is no good: " + one.key);
      continue;
    }
    if (one.told == Told::kRefused) {
      ++refusals.checked;
      refusals.Violate("refused with " + one.reason + ", though it is good: " + one.key);
      continue;
    }
    want.may_be = true;
    if (one.told == Told::kAcknowledged) {
      want.must_be = true;
      want.values = {one.value};
      if (!want.name.empty() && want.name != one.name)
        refusals.Violate("two answers for one write: " + want.name + " and " + one.name);
      if (one.kind == WriteKind::kCreate) want.name = one.name;
    } else {
      want.values.insert(one.value);
    }
  }
  return wanted;
}

class Effects {
 public:
  Effects(const Evidence& evidence, std::unordered_map<std::string, Wanted> wanted, Verdict& kept, Verdict& absent)
      : evidence_(evidence), wanted_(std::move(wanted)), kept_(kept), absent_(absent) {}

  void Judge() {
    CountEvents();
    for (const Contact& contact : evidence_.contacts) {
      if (contact.external_id.starts_with(kProbe)) continue;
      Found(contact.tenant, contact.external_id, contact.display_name, ResourceName("contacts", contact.id));
      Once(contact.tenant, "contacts/" + contact.id.ToString(), "contact.created");
    }
    for (const Consent& consent : evidence_.consents)
      Found(consent.tenant, ResourceName("contacts", consent.contact) + "@" + std::to_string(consent.occur_micros),
            std::to_string(consent.state), "");
    for (const Order& order : evidence_.orders) {
      Found(order.tenant, order.external_id, ResourceName("contacts", order.contact), "");
      Once(order.tenant, "orders/" + order.id.ToString(), "order.placed");
    }
    for (const auto& [key, want] : wanted_) {
      if (want.kind == WriteKind::kBad) continue;
      ++kept_.checked;
      kept_.figures["acknowledged"] += want.must_be;
      if (want.must_be && !found_.contains(key)) kept_.Violate("acknowledged and not stored: " + key);
      if (!want.must_be) ++kept_.figures[found_.contains(key) ? "unknown and stored" : "unknown and not stored"];
    }
  }

 private:
  void CountEvents() {
    for (const Recorded& event : evidence_.ledger)
      ++events_[static_cast<uint64_t>(event.aggregate) << 32 | event.type];
  }

  // A row is there: somebody must have asked for it, once, and it must hold what was asked.
  void Found(const Uuid& tenant, const std::string& key, const std::string& value, const std::string& name) {
    ++absent_.checked;
    auto want = wanted_.find(Key(tenant, key));
    if (want == wanted_.end()) return absent_.Violate("stored, though nobody asked for it: " + Key(tenant, key));
    if (!want->second.may_be) return absent_.Violate("stored, though it was refused: " + Key(tenant, key));
    if (!found_.insert(want->first).second) return kept_.Violate("stored twice: " + Key(tenant, key));
    if (!want->second.values.contains(value)) kept_.Violate("stored as '" + value + "': " + Key(tenant, key));
    if (!want->second.name.empty() && want->second.name != name)
      kept_.Violate("answered as " + want->second.name + ", stored as " + name);
  }

  void Once(const Uuid& tenant, const std::string& subject, const char* type) {
    int64_t aggregate = evidence_.names.Find(tenant.ToString() + "/" + subject);
    int64_t number = evidence_.names.Find(type);
    int64_t count = 0;
    if (aggregate >= 0 && number >= 0) {
      auto found = events_.find(static_cast<uint64_t>(aggregate) << 32 | static_cast<uint64_t>(number));
      count = found == events_.end() ? 0 : found->second;
    }
    if (count != 1) kept_.Violate(subject + " has " + std::to_string(count) + " events " + type);
  }

  const Evidence& evidence_;
  std::unordered_map<std::string, Wanted> wanted_;
  Verdict& kept_;
  Verdict& absent_;
  std::unordered_set<std::string> found_;
  std::unordered_map<uint64_t, int64_t> events_;
};

}  // namespace

std::vector<Verdict> JudgeWrites(const Evidence& evidence) {
  Verdict kept{"I1", "what was acknowledged is stored, exactly once", 0, 0, {}, {}};
  Verdict absent{"I2", "what was refused is not stored, and nothing that nobody asked for", 0, 0, {}, {}};
  auto wanted = Fold(evidence, absent);
  Effects(evidence, std::move(wanted), kept, absent).Judge();
  for (const Try& one : evidence.tries) kept.figures["tries with unknown outcome"] += one.told == Told::kUnknown;
  return {std::move(kept), std::move(absent)};
}

}  // namespace vefa::verify
