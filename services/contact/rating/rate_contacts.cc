// What is done with one page of contacts.
#include <algorithm>
#include <set>

#include "services/contact/contact_facts.h"
#include "services/contact/contact_store.h"
#include "services/contact/lifecycle/lifecycle_store.h"
#include "services/contact/merge/merge_store.h"
#include "services/contact/rating/rater.h"
#include "services/contact/rating/rating_filters.h"
#include "services/contact/rating/rating_store.h"

namespace vefa::contact {
namespace {

constexpr char kCrossedType[] = "lead_score.crossed";
constexpr char kPersonaType[] = "persona.changed";
constexpr char kRuleReason[] = "BY_RULE";
constexpr char kRuleActor[] = "services/contact";

// One page on its way.
class PageRating {
 public:
  PageRating(postgres::Transaction& transaction, const RatingTools& tools, const RatingRules& rules)
      : transaction_(transaction), tools_(tools), rules_(rules), tenant_(tools.sealer.tenant()), now_(tools.clock.Now()) {}

  Result<std::vector<ContactVersion>> Rate(std::vector<Uuid> contacts) {
    // In the order of their ids, so that two pages cannot wait for each other.
    std::sort(contacts.begin(), contacts.end());
    VEFA_TRY(stages_, HoldRated(transaction_, tenant_, contacts));
    std::vector<Uuid> rated;
    for (const auto& [contact, stage] : stages_) rated.push_back(contact);
    if (!rated.empty()) {
      VEFA_TRY_OK(Look(rated));
      VEFA_TRY(std::vector<Uuid> moved, Move());
      // Rules may ask for the stage: those who are in another are looked at again.
      if (!moved.empty()) VEFA_TRY_OK(Look(moved));
    }
    VEFA_TRY_OK(KeepScores(contacts));
    VEFA_TRY_OK(KeepPersonas(contacts));
    std::vector<ContactVersion> changed;
    for (const auto& [contact, version] : versions_) changed.push_back({contact, version});
    return changed;
  }

 private:
  bool Holds(const std::string& filter, const Uuid& contact) const {
    auto those = holding_.find(filter);
    return those != holding_.end() && those->second.contains(contact);
  }

  // Which filters hold for them, and what they score.
  Status Look(const std::vector<Uuid>& contacts) {
    std::vector<std::string> filters;
    std::vector<v1::ScoreSignals> signals;
    for (const v1::ScoreDefinition& definition : rules_.scores)
      for (const v1::ScoreRule& rule : definition.rules()) {
        if (rule.has_signals()) {
          signals.push_back(rule.signals());
        } else {
          filters.push_back(rule.filter());
        }
      }
    for (const v1::Persona& persona : rules_.personas) filters.push_back(persona.filter());
    for (const v1::LifecycleRule& rule : rules_.lifecycle)
      if (!rule.filter().empty()) filters.push_back(rule.filter());
    VEFA_TRY(Holding holding, HoldFilters(transaction_, tenant_, filters, contacts));
    for (auto& [filter, those] : holding) {
      auto& all = holding_[filter];
      for (const Uuid& contact : contacts) all.erase(contact);
      all.merge(those);
    }
    VEFA_TRY(Weights weights, WeighSignals(transaction_, tenant_, signals, contacts, now_));
    for (const Uuid& contact : contacts) Count(contact, weights);
    return Ok();
  }

  void Count(const Uuid& contact, const Weights& weights) {
    size_t asked = 0;
    for (const v1::ScoreDefinition& definition : rules_.scores) {
      std::vector<double> worth;
      for (const v1::ScoreRule& rule : definition.rules()) {
        double weight = 0;
        if (rule.has_signals()) {
          auto found = weights.find({contact, asked++});
          if (found != weights.end()) weight = found->second;
        }
        worth.push_back(WorthOf(rule, !rule.has_signals() && Holds(rule.filter(), contact), weight));
      }
      scores_[{contact, CodeOf(definition.name())}] = CountScore(definition, worth);
    }
  }

  const v1::LifecycleRule* RuleFor(const Uuid& contact, LifecycleStage stage) const {
    for (const v1::LifecycleRule& rule : rules_.lifecycle) {
      if (!MovesTo(rule, stage) || (!rule.filter().empty() && !Holds(rule.filter(), contact))) continue;
      if (!rule.score_definition().empty()) {
        auto score = scores_.find({contact, CodeOf(rule.score_definition())});
        if (score == scores_.end() || score->second.score < rule.score_at_least()) continue;
      }
      return &rule;
    }
    return nullptr;
  }

  // Whoever a rule moves, at most one step at a time.
  Result<std::vector<Uuid>> Move() {
    std::map<Uuid, const v1::LifecycleRule*> movers;
    std::vector<Uuid> ids;
    for (const auto& [contact, stage] : stages_)
      if (const v1::LifecycleRule* rule = RuleFor(contact, stage)) {
        movers[contact] = rule;
        ids.push_back(contact);
      }
    if (ids.empty()) return ids;
    VEFA_TRY(std::vector<Uuid> by_hand, SetByHand(transaction_, tenant_, ids, now_ - kManualHold));
    for (const Uuid& contact : by_hand) {
      movers.erase(contact);
      std::erase(ids, contact);
    }
    if (ids.empty()) return ids;
    VEFA_TRY(std::vector<Contact> contacts, LockContactsById(transaction_, tenant_, ids));
    std::vector<ContactChange> changes;
    for (Contact& before : contacts) {
      const v1::LifecycleRule& rule = *movers.at(before.id);
      ContactChange change{before, kLifecycleType};
      change.after.lifecycle_stage = static_cast<LifecycleStage>(rule.stage());
      change.particulars = {{}, before.lifecycle_stage, kRuleReason, {}, rule.name()};
      if (before.absorbed > 0) VEFA_TRY_OK(KeepOwnRecord(transaction_, tenant_, before, change.after));
      changes.push_back(std::move(change));
    }
    VEFA_TRY_OK(WriteContacts(transaction_, tools_.sealer, tools_.attributes, changes, tools_.clock));
    for (const ContactChange& change : changes) {
      const Contact& after = change.after;
      versions_[after.id] = after.version;
      VEFA_TRY_OK(AddLifecycleChange(transaction_, tenant_, after.id,
                                     {change.particulars.from, after.lifecycle_stage, kRuleReason, kRuleActor, after.version,
                                      after.update_time, change.particulars.rule}));
    }
    return ids;
  }

  Status Append(const char* type, const std::vector<ContactFact>& facts) {
    VEFA_TRY(std::vector<ContactVersion> made, AppendFacts(transaction_, tenant_, type, facts, tools_.clock));
    for (const ContactVersion& version : made) versions_[version.id] = version.version;
    return Ok();
  }

  Status KeepScores(const std::vector<Uuid>& contacts) {
    VEFA_TRY(Scores stored, ReadScores(transaction_, tenant_, contacts));
    Scores written;
    // By definition: one event of a contact at a time.
    std::map<std::string, std::vector<ContactFact>> crossed;
    for (const auto& [key, counted] : scores_) {
      auto before = stored.find(key);
      if (before != stored.end() && IsNear(before->second, counted)) continue;
      written.emplace(key, counted);
      const std::string from = before == stored.end() ? "" : before->second.grade;
      if (from == counted.grade) continue;
      v1::ContactEvent event;
      v1::LeadScoreCrossed& fact = *event.mutable_lead_score_crossed();
      fact.set_definition("scoreDefinitions/" + key.second);
      fact.set_definition_version(counted.definition_version);
      fact.set_from_grade(from);
      fact.set_to_grade(counted.grade);
      fact.set_score(counted.score);
      crossed[key.second].push_back({key.first, event.SerializeAsString()});
    }
    std::vector<std::pair<Uuid, std::string>> gone;
    for (const auto& [key, counted] : stored)
      if (!scores_.contains(key)) gone.push_back(key);
    VEFA_TRY_OK(DropScores(transaction_, tenant_, gone));
    VEFA_TRY_OK(WriteScores(transaction_, tenant_, written, now_));
    for (const auto& [definition, facts] : crossed) VEFA_TRY_OK(Append(kCrossedType, facts));
    return Ok();
  }

  // The personas somebody is, since when each was known; the first is the primary one.
  std::vector<StoredPersona> PersonasNow(const Uuid& contact, const std::vector<StoredPersona>& before) const {
    std::vector<StoredPersona> own;
    for (const v1::Persona& persona : rules_.personas) {
      if (!Holds(persona.filter(), contact)) continue;
      const std::string code = CodeOf(persona.name());
      auto known = std::find_if(before.begin(), before.end(), [&](const StoredPersona& one) { return one.persona == code; });
      own.push_back({code, own.empty(), known == before.end() ? now_ : known->match_time});
    }
    return own;
  }

  Status KeepPersonas(const std::vector<Uuid>& contacts) {
    VEFA_TRY(Personas stored, ReadPersonas(transaction_, tenant_, contacts));
    Personas written;
    std::vector<ContactFact> facts;
    for (const Uuid& contact : contacts) {
      const std::vector<StoredPersona>& before = stored[contact];
      std::vector<StoredPersona> own = PersonasNow(contact, before);
      auto named = [](const std::vector<StoredPersona>& all) {
        std::set<std::pair<std::string, bool>> names;
        for (const StoredPersona& one : all) names.emplace(one.persona, one.is_primary);
        return names;
      };
      if (named(before) == named(own)) continue;
      const std::string from = before.empty() ? "" : before.front().persona, to = own.empty() ? "" : own.front().persona;
      // Nobody writes to a part of another any more.
      if (from != to && stages_.contains(contact)) facts.push_back({contact, PersonaPayload(from, own)});
      written.emplace(contact, std::move(own));
    }
    VEFA_TRY_OK(WritePersonas(transaction_, tenant_, written));
    return Append(kPersonaType, facts);
  }

  static std::string PersonaPayload(const std::string& from, const std::vector<StoredPersona>& own) {
    v1::ContactEvent event;
    v1::PersonaChanged& fact = *event.mutable_persona_changed();
    if (!from.empty()) fact.set_from_persona("personas/" + from);
    if (!own.empty()) fact.set_to_persona("personas/" + own.front().persona);
    for (const StoredPersona& persona : own) fact.add_personas("personas/" + persona.persona);
    return event.SerializeAsString();
  }

  postgres::Transaction& transaction_;
  const RatingTools& tools_;
  const RatingRules& rules_;
  const Uuid tenant_;
  const Time now_;
  std::map<Uuid, LifecycleStage> stages_;
  Holding holding_;
  Scores scores_;
  std::map<Uuid, int64_t> versions_;
};

}  // namespace

Result<std::vector<ContactVersion>> RateContacts(postgres::Transaction& transaction, const RatingTools& tools, const RatingRules& rules,
                                                 std::vector<Uuid> contacts) {
  return PageRating(transaction, tools, rules).Rate(std::move(contacts));
}

}  // namespace vefa::contact
