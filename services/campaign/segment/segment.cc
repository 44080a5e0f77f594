#include "services/campaign/segment/segment.h"

#include "services/campaign/segment/predicate_text.h"
#include "services/campaign/text_rules.h"

namespace vefa::campaign {

void Normalise(Segment& segment, Predicate& predicate, std::vector<Violation>& violations) {
  CheckId(segment.slug, "segment_id", violations);
  NormaliseDisplayName(segment.display_name, "segment.display_name", violations);
  size_t before = violations.size();
  CheckPredicate(predicate, "segment.predicate", violations);
  if (violations.size() > before) return;
  predicate = Canonicalise(std::move(predicate));
  segment.expression = Expression(predicate);
  segment.hash = std::string(crypto::Bytes(PredicateHash(predicate)));
}

bool SameContent(const Segment& left, const Segment& right) {
  return left.display_name == right.display_name && left.hash == right.hash;
}

}  // namespace vefa::campaign
