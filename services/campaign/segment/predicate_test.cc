#include "services/campaign/segment/predicate.h"

#include <gtest/gtest.h>

#include <limits>

#include "libs/base/text.h"
#include "services/campaign/segment/predicate_sql.h"
#include "services/campaign/segment/predicate_text.h"
#include "services/campaign/segment/segment_proto.h"

namespace vefa::campaign {
namespace {

using Kind = Predicate::Kind;

Predicate Group(Kind kind, std::vector<Predicate> terms) {
  Predicate node;
  node.kind = kind;
  node.terms = std::move(terms);
  return node;
}
Predicate All(std::vector<Predicate> terms) { return Group(Kind::kAll, std::move(terms)); }
Predicate Any(std::vector<Predicate> terms) { return Group(Kind::kAny, std::move(terms)); }
Predicate Not(Predicate term) { return Group(Kind::kNot, {std::move(term)}); }
template <typename T>
Predicate Compare(const char* attribute, CompareOp op, T value) {
  Predicate leaf;
  leaf.kind = Kind::kCompare;
  leaf.attribute = attribute;
  leaf.op = op;
  leaf.value = value;
  return leaf;
}
Predicate Missing(const char* attribute, bool missing) {
  Predicate leaf;
  leaf.kind = Kind::kPresence;
  leaf.attribute = attribute;
  leaf.missing = missing;
  return leaf;
}
Predicate Consent(const char* purpose, int16_t channel, int16_t state) {
  Predicate leaf;
  leaf.kind = Kind::kConsent;
  leaf.purpose = purpose;
  leaf.channel = channel;
  leaf.consent_state = state;
  return leaf;
}
Predicate Repeat() { return Compare("frequency", CompareOp::kGe, 1.0); }
Predicate Leaving() { return Compare("p_alive", CompareOp::kLt, 0.5); }

std::string Words(Predicate predicate) { return Expression(Canonicalise(std::move(predicate))); }
std::string Text(Predicate predicate) { return CanonicalText(Canonicalise(std::move(predicate))); }
std::vector<std::string> Reasons(const Predicate& predicate) {
  std::vector<Violation> violations;
  CheckPredicate(predicate, "p", violations);
  std::vector<std::string> reasons;
  for (const Violation& violation : violations) reasons.push_back(violation.field + " " + violation.reason);
  return reasons;
}
using List = std::vector<std::string>;

TEST(PredicateTextTest, IsWhatAPersonReads) {
  EXPECT_EQ(Words(All({Leaving(), Repeat()})), "frequency >= 1 and p_alive < 0.5");
  EXPECT_EQ(Words(All({Any({Leaving(), Repeat()}), Not(Consent("win-back", 1, 2))})),
            "not has consent-withdrawn:email/win-back and (frequency >= 1 or p_alive < 0.5)");
  EXPECT_EQ(Words(Not(All({Leaving(), Repeat()}))), "not (frequency >= 1 and p_alive < 0.5)");
  EXPECT_EQ(Words(Compare("source", CompareOp::kNe, std::string("a \"b\" \\"))), "source != \"a \\\"b\\\" \\\\\"");
  EXPECT_EQ(Words(Missing("p_alive", true)), "p_alive is missing");
  EXPECT_EQ(Words(Missing("p_alive", false)), "p_alive is set");
  EXPECT_EQ(Words(Consent("news", 2, 0)), "has consent-never-asked:sms/news");
  EXPECT_EQ(Words(All({})), "everyone");
  EXPECT_EQ(Words(Not(Any({}))), "not nobody");
}

TEST(PredicateTextTest, EverySpellingHasOneForm) {
  std::string form = Text(All({Repeat(), Leaving()}));
  EXPECT_EQ(form, "(and (ge attr:frequency i:1) (lt attr:p_alive f:0.5))");
  EXPECT_EQ(Text(All({Leaving(), Repeat(), Leaving()})), form);
  EXPECT_EQ(Text(All({All({Leaving()}), Any({Repeat()})})), form);
  EXPECT_EQ(Text(Not(Not(All({All({All({Leaving()})}), Repeat(), All({})})))), form);
  EXPECT_NE(Text(Any({Repeat(), Leaving()})), form);
  EXPECT_NE(Text(All({Repeat(), Compare("p_alive", CompareOp::kLe, 0.5)})), form);
  EXPECT_EQ(Canonicalise(All({Leaving()})).kind, Kind::kCompare);
}

TEST(PredicateTextTest, HashIsThatOfTheTestVector) {
  Predicate canonical = Canonicalise(Not(Consent("marketing", 1, 1)));
  EXPECT_EQ(CanonicalText(canonical), "(not (has consent:email/marketing))");
  EXPECT_EQ(ToHex(crypto::Bytes(PredicateHash(canonical)).substr(0, 8)), "7d23bfe21be9246a");
}

TEST(PredicateTextTest, NumbersReadBackAsThemselves) {
  EXPECT_EQ(Words(Compare("p_alive", CompareOp::kEq, 0.1)), "p_alive = 0.1");
  EXPECT_EQ(Words(Compare("p_alive", CompareOp::kEq, -0.0)), "p_alive = 0");
  EXPECT_EQ(Words(Compare("mean_value", CompareOp::kEq, 1e300)), "mean_value = 1e+300");
  EXPECT_EQ(Words(Compare("mean_value", CompareOp::kEq, -12345678.0)), "mean_value = -12345678");
}

TEST(PredicateSqlTest, BindsEveryValueAndNeverYieldsNull) {
  postgres::Params params = postgres::Bound(Uuid{});
  std::string hostile = "x' OR true --";
  std::string sql = ConditionSql(All({Leaving(), Not(Compare("source", CompareOp::kEq, hostile)),
                                      Any({Missing("language", true), Consent("win-back", 1, 1)})}),
                                 params);
  EXPECT_EQ(sql,
            "(COALESCE(s.p_alive < $2, false) AND NOT (COALESCE(s.source = $3, false)) AND ((s.language IS NULL) OR"
            " (COALESCE((SELECT k.state FROM contact_consent k WHERE k.tenant_id = $1 AND k.contact_id = s.contact_id"
            " AND k.purpose = $4 AND k.channel = $5), 0) = $6)))");
  ASSERT_EQ(params.size(), 6u);
  EXPECT_EQ(params[2].bytes, hostile);
  EXPECT_EQ(ConditionSql(All({}), params), "true");
  EXPECT_EQ(ConditionSql(Any({}), params), "false");
}

TEST(PredicateCheckTest, NamesWhatIsWrongAndWhere) {
  EXPECT_TRUE(Reasons(All({Leaving(), Repeat(), Consent("win-back", 1, 0), All({}), Any({})})).empty());
  EXPECT_EQ(Reasons(Predicate()), List{"p PREDICATE_EMPTY"});
  EXPECT_EQ(Reasons(All({Leaving(), Not(Predicate())})), List{"p.all.terms[1].not PREDICATE_EMPTY"});
  EXPECT_EQ(Reasons(Compare("shoe_size", CompareOp::kEq, 1.0)), List{"p.compare.attribute ATTRIBUTE_UNKNOWN"});
  EXPECT_EQ(Reasons(Missing("tenant_id", true)), List{"p.presence.attribute ATTRIBUTE_UNKNOWN"});
  EXPECT_EQ(Reasons(Compare("p_alive", CompareOp::kNone, 1.0)), List{"p.compare.op OPERATOR_UNKNOWN"});
  EXPECT_EQ(Reasons(Compare("p_alive", static_cast<CompareOp>(7), 1.0)), List{"p.compare.op OPERATOR_UNKNOWN"});
  EXPECT_EQ(Reasons(Compare("p_alive", CompareOp::kEq, std::string("1"))), List{"p.compare.number VALUE_TYPE"});
  EXPECT_EQ(Reasons(Compare("language", CompareOp::kEq, 1.0)), List{"p.compare.text VALUE_TYPE"});
  EXPECT_EQ(Reasons(Compare("language", CompareOp::kLt, std::string("tr"))), List{"p.compare.op OPERATOR_TYPE"});
  EXPECT_EQ(Reasons(Compare("language", CompareOp::kEq, std::string("\xFF"))), List{"p.compare.text NOT_UTF8"});
  EXPECT_EQ(Reasons(Compare("p_alive", CompareOp::kEq, std::numeric_limits<double>::quiet_NaN())),
            List{"p.compare.number NUMBER_NOT_FINITE"});
  EXPECT_EQ(Reasons(Consent("Win Back", 0, 3)), (List{"p.has_consent.purpose PURPOSE_SYNTAX",
                                                      "p.has_consent.channel REQUIRED",
                                                      "p.has_consent.state STATE_UNKNOWN"}));
}

TEST(PredicateCheckTest, BoundsDepthSizeAndItsOwnAnswer) {
  Predicate deep = Leaving();
  for (int i = 1; i < kPredicateDepthMax; ++i) deep = Not(std::move(deep));
  EXPECT_TRUE(Reasons(deep).empty());
  EXPECT_EQ(Reasons(Not(deep)).size(), 1u);
  EXPECT_TRUE(Reasons(All(std::vector<Predicate>(kPredicateLeavesMax, Leaving()))).empty());
  List large = Reasons(All(std::vector<Predicate>(kPredicateLeavesMax + 1, Leaving())));
  EXPECT_EQ(large, List{"p.all.terms[256] PREDICATE_TOO_LARGE"});
  // Groups of nothing count too: a request cannot hide its size in them.
  EXPECT_EQ(Reasons(Any(std::vector<Predicate>(kPredicateLeavesMax + 1, All({})))).size(), 1u);
  EXPECT_EQ(Reasons(All(std::vector<Predicate>(200, Predicate()))).size(), 10u);
}

TEST(PredicateProtoTest, ReadsEveryNode) {
  v1::Predicate proto;
  auto* terms = proto.mutable_all()->mutable_terms();
  auto* compare = terms->Add()->mutable_compare();
  compare->set_attribute("p_alive");
  compare->set_op(v1::Compare::OP_LT);
  compare->set_number(0.5);
  terms->Add()->mutable_any();
  terms->Add()->mutable_not_()->mutable_presence()->set_attribute("language");
  auto* consent = terms->Add()->mutable_has_consent();
  consent->set_purpose("win-back");
  consent->set_channel(contact::v1::CHANNEL_EMAIL);
  consent->set_state(contact::v1::Consent::STATE_GRANTED);
  Predicate predicate = FromProto(proto);
  EXPECT_TRUE(Reasons(predicate).empty());
  EXPECT_EQ(Words(predicate), "has consent:email/win-back and p_alive < 0.5 and not language is set and nobody");
  EXPECT_EQ(Expression(ReadStored(proto.SerializeAsString())), Words(predicate));
}

// A number that is cut to the width of ours would be CHANNEL_EMAIL and STATE_GRANTED.
TEST(SegmentProtoTest, ANumberThatTheContractDoesNotNameIsNoOther) {
  v1::Predicate proto;
  proto.mutable_has_consent()->set_purpose("win-back");
  proto.mutable_has_consent()->set_channel(static_cast<contact::v1::Channel>(0x10001));
  proto.mutable_has_consent()->set_state(static_cast<contact::v1::Consent::State>(0x10001));
  std::vector<Violation> violations;
  CheckPredicate(FromProto(proto), "predicate", violations);
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].field, "predicate.has_consent.channel");
}

}  // namespace
}  // namespace vefa::campaign
