// The rule of a segment as a caller sends it, in bytes. What passes the check becomes one canonical form that means
// the same, and SQL in which nothing of the caller stands: every value is bound.
#include <string>

#include "libs/base/check.h"
#include "libs/base/text.h"
#include "services/campaign/segment/predicate_sql.h"
#include "services/campaign/segment/predicate_text.h"
#include "services/campaign/segment/segment_proto.h"
#include "tests/fuzz/bytes.h"

namespace vefa::fuzz {
namespace {

using campaign::Predicate;

// How many values a tree binds.
size_t ValuesOf(const Predicate& node) {
  if (node.kind == Predicate::Kind::kCompare) return 1;
  if (node.kind == Predicate::Kind::kConsent) return 3;
  size_t values = 0;
  for (const Predicate& term : node.terms) values += ValuesOf(term);
  return values;
}

// Every enum that was taken is one that the contract names.
void CheckEnums(const campaign::v1::Predicate& proto) {
  for (const auto& term : proto.all().terms()) CheckEnums(term);
  for (const auto& term : proto.any().terms()) CheckEnums(term);
  if (proto.has_not_()) CheckEnums(proto.not_());
  if (proto.has_compare()) VEFA_CHECK(campaign::v1::Compare::Op_IsValid(proto.compare().op()));
  if (proto.has_has_consent()) VEFA_CHECK(proto.has_consent().channel() <= 3 && proto.has_consent().state() <= 2);
}

void CheckSql(const Predicate& predicate) {
  postgres::Params params{postgres::Bind("tenant")};
  std::string sql = campaign::ConditionSql(predicate, params);
  VEFA_CHECK(params.size() == 1 + ValuesOf(predicate));
  int depth = 0;
  for (char c : sql) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    VEFA_CHECK(depth >= 0 && c >= ' ' && c <= '~' && c != '\'' && c != '"' && c != ';' && c != '-');
  }
  VEFA_CHECK(depth == 0);
}

void CheckPredicate(std::string_view bytes) {
  campaign::v1::Predicate proto;
  if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  Predicate tree = campaign::FromProto(proto);
  std::vector<Violation> violations;
  campaign::CheckPredicate(tree, "predicate", violations);
  VEFA_CHECK(violations.size() <= 10);
  if (!violations.empty()) return;
  CheckEnums(proto);
  CheckSql(tree);
  Predicate canonical = campaign::Canonicalise(tree);
  std::vector<Violation> none;
  campaign::CheckPredicate(canonical, "predicate", none);
  VEFA_CHECK(none.empty());
  CheckSql(canonical);
  std::string text = campaign::CanonicalText(canonical);
  VEFA_CHECK(campaign::CanonicalText(campaign::Canonicalise(canonical)) == text);
  VEFA_CHECK(IsUtf8(text) && !campaign::Expression(canonical).empty());
}

}  // namespace
}  // namespace vefa::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  vefa::fuzz::CheckPredicate(vefa::fuzz::Bytes(data, size).rest());
  return 0;
}
