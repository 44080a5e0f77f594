// One question, two answers: random predicates over random people, by SQL and by plain C++.
#include <cmath>
#include <optional>
#include <random>
#include <set>

#include "services/campaign/engine_fixture.h"
#include "services/campaign/segment/predicate_text.h"
#include "services/campaign/segment/segment_store.h"

namespace vefa::campaign {
namespace {

using Kind = Predicate::Kind;

constexpr int kPeople = 300;
constexpr int kTrees = 500;
// Few values, so that equality happens; each predicate value is one of them too.
const double kNumbers[] = {-1.5, 0, 0.25, 0.5, 1, 2, 1e18};
const char* const kTexts[] = {"en", "tr", "EN", "ç", "x' OR true --"};
const char* const kPurposes[] = {"win-back", "news"};
const char* const kNumberColumns[] = {"order_count", "frequency", "recency_weeks", "p_alive", "residual_lifetime_value"};
const char* const kTextColumns[] = {"language", "source"};

struct Person {
  Uuid id;
  bool known = true;
  std::map<std::string, std::optional<double>> numbers;
  std::map<std::string, std::optional<std::string>> texts;
  std::map<std::pair<std::string, int16_t>, int16_t> consents;
};

class Dice {
 public:
  explicit Dice(uint32_t seed) : engine_(seed) {}
  int Below(int n) { return static_cast<int>(engine_() % static_cast<uint32_t>(n)); }
  template <typename T, size_t n>
  T Pick(T (&values)[n]) {
    return values[Below(static_cast<int>(n))];
  }

  Predicate Tree(int depth) {
    Predicate node;
    int what = Below(depth <= 1 ? 4 : 8);
    if (what >= 4) {
      node.kind = what == 4 ? Kind::kNot : what == 5 ? Kind::kAny : Kind::kAll;
      if (what == 7) node.kind = Below(2) ? Kind::kAny : Kind::kNot;
      int terms = node.kind == Kind::kNot ? 1 : Below(5);
      for (int i = 0; i < terms; ++i) node.terms.push_back(Tree(depth - 1));
    } else if (what == 0) {
      node.kind = Kind::kPresence;
      node.attribute = Below(3) ? Pick(kNumberColumns) : Pick(kTextColumns);
      node.missing = Below(2);
    } else if (what == 1) {
      node.kind = Kind::kConsent;
      node.purpose = Pick(kPurposes);
      node.channel = static_cast<int16_t>(1 + Below(3));
      node.consent_state = static_cast<int16_t>(Below(3));
    } else {
      node.kind = Kind::kCompare;
      bool text = Below(3) == 0;
      node.attribute = text ? Pick(kTextColumns) : Pick(kNumberColumns);
      node.op = static_cast<CompareOp>(1 + Below(text ? 2 : 6));
      if (text) {
        node.value = std::string(Pick(kTexts));
      } else {
        node.value = Pick(kNumbers);
      }
    }
    return node;
  }

 private:
  std::mt19937 engine_;
};

template <typename T>
bool Holds(const T& left, CompareOp op, const T& right) {
  switch (op) {
    case CompareOp::kEq: return left == right;
    case CompareOp::kNe: return left != right;
    case CompareOp::kLt: return left < right;
    case CompareOp::kLe: return left <= right;
    case CompareOp::kGt: return left > right;
    case CompareOp::kGe: return left >= right;
    case CompareOp::kNone: break;
  }
  return false;
}

// The meaning of a predicate, written down a second time and without SQL.
bool Holds(const Predicate& node, const Person& person) {
  auto holds = [&](const Predicate& term) { return Holds(term, person); };
  switch (node.kind) {
    case Kind::kAll: return std::all_of(node.terms.begin(), node.terms.end(), holds);
    case Kind::kAny: return std::any_of(node.terms.begin(), node.terms.end(), holds);
    case Kind::kNot: return !holds(node.terms.front());
    case Kind::kCompare:
      if (const double* number = std::get_if<double>(&node.value)) {
        const auto& value = person.numbers.at(node.attribute);
        return value && Holds(*value, node.op, *number);
      } else {
        const auto& value = person.texts.at(node.attribute);
        return value && Holds(*value, node.op, std::get<std::string>(node.value));
      }
    case Kind::kPresence: {
      auto number = person.numbers.find(node.attribute);
      bool set = number != person.numbers.end() ? number->second.has_value()
                                                : person.texts.at(node.attribute).has_value();
      return set != node.missing;
    }
    case Kind::kConsent: {
      auto said = person.consents.find({node.purpose, node.channel});
      return (said == person.consents.end() ? 0 : said->second) == node.consent_state;
    }
    case Kind::kNone: break;
  }
  return false;
}

class PredicatePropertyTest : public EngineTest {
 protected:
  std::vector<Person> MakePeople(Dice& dice) {
    std::vector<Person> people;
    for (int i = 0; i < kPeople; ++i) {
      Person person;
      person.id = NewId();
      person.known = dice.Below(10) > 0;
      for (const char* column : kNumberColumns)
        person.numbers[column] = dice.Below(3) ? std::optional(dice.Pick(kNumbers)) : std::nullopt;
      person.numbers["order_count"] = dice.Below(4);
      for (const char* column : kTextColumns)
        person.texts[column] = dice.Below(3) ? std::optional<std::string>(dice.Pick(kTexts)) : std::nullopt;
      for (const char* purpose : kPurposes)
        for (int16_t channel = 1; channel <= 3; ++channel)
          if (dice.Below(2)) person.consents[{purpose, channel}] = static_cast<int16_t>(1 + dice.Below(2));
      people.push_back(person);
    }
    return people;
  }
  void Store(const std::vector<Person>& people) {
    static const postgres::Statement kPerson{
        "test_person",
        "INSERT INTO contact_state (tenant_id, contact_id, known, scored, language, source, order_count, frequency,"
        " recency_weeks, p_alive, residual_lifetime_value) VALUES ($1, $2, $3, $6 IS NOT NULL, $4, $5, $10, $6, $7, $8, $9)"};
    static const postgres::Statement kConsent{
        "test_consent", "INSERT INTO contact_consent (tenant_id, contact_id, purpose, channel, state, occur_time)"
                        " VALUES ($1, $2, $3, $4, $5, now())"};
    std::vector<postgres::Call> calls;
    for (const Person& person : people) {
      calls.push_back({&kPerson, postgres::Bound(tenant(), person.id, person.known, person.texts.at("language"),
                                                 person.texts.at("source"), person.numbers.at("frequency"),
                                                 person.numbers.at("recency_weeks"), person.numbers.at("p_alive"),
                                                 person.numbers.at("residual_lifetime_value"),
                                                 static_cast<int64_t>(*person.numbers.at("order_count")))});
      for (const auto& [key, state] : person.consents)
        calls.push_back({&kConsent, postgres::Bound(tenant(), person.id, key.first, key.second, state)});
    }
    auto done = database_.pump().Run(postgres::Scope::Tenants({tenant()}), std::move(calls), Soon());
    ASSERT_TRUE(done.ok()) << done.error().metadata.at("detail");
  }
};

TEST_F(PredicatePropertyTest, SqlAndPlainEvaluationAgree) {
  uint32_t seed = std::random_device{}();
  Dice dice(seed);
  std::vector<Person> people = MakePeople(dice);
  Store(people);
  int neither = 0;
  for (int i = 0; i < kTrees; ++i) {
    Predicate tree = dice.Tree(5);
    std::vector<Violation> violations;
    CheckPredicate(tree, "p", violations);
    ASSERT_TRUE(violations.empty());
    std::set<Uuid> expected;
    for (const Person& person : people)
      if (person.known && Holds(tree, person)) expected.insert(person.id);
    Predicate canonical = Canonicalise(tree);
    std::string words = Expression(canonical) + ", seed " + std::to_string(seed);
    for (const Predicate* form : {&tree, &canonical}) {
      auto members = ListMembers(database_.service(), tenant(), *form, Uuid{}, kPeople, Soon());
      ASSERT_TRUE(members.ok()) << words << " " << members.error().metadata.at("detail");
      EXPECT_EQ(std::set<Uuid>(members->begin(), members->end()), expected) << words;
      EXPECT_TRUE(std::is_sorted(members->begin(), members->end()));
      auto size = CountContacts(database_.service(), tenant(), *form, Soon());
      ASSERT_TRUE(size.ok());
      EXPECT_EQ(size->size, static_cast<int64_t>(expected.size())) << words;
    }
    neither += !expected.empty() && static_cast<int>(expected.size()) < kPeople / 2;
  }
  // The trees are no mere everyone or nobody.
  EXPECT_GT(neither, kTrees / 5);
}

TEST_F(PredicatePropertyTest, AConnectionKeepsNoPlanOfAUsersText) {
  Dice dice(7);
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(CountContacts(database_.service(), tenant(), dice.Tree(4), Soon()).ok());
  static const postgres::Statement kPlans{"test_plans",
                                          "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'segment%'"};
  auto plans = database_.service().Run(postgres::Scope::Tenant(tenant()), kPlans, {}, Soon());
  EXPECT_EQ(plans->Int64(0, 0), 0);
}

TEST_F(PredicatePropertyTest, AnotherTenantIsNobodysAudience) {
  Dice dice(7);
  Store(MakePeople(dice));
  Predicate everyone;
  everyone.kind = Kind::kAll;
  auto size = CountContacts(database_.service(), database_.other_tenant(), everyone, Soon());
  EXPECT_EQ(size->size, 0);
  EXPECT_EQ(size->contacts_known, 0);
}

}  // namespace
}  // namespace vefa::campaign
