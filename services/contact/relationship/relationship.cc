#include "services/contact/relationship/relationship.h"

namespace vefa::contact {
namespace {

constexpr size_t kNoteMax = 2000;  // characters

const char* WordOf(RelationshipStatus status) {
  switch (status) {
    case RelationshipStatus::kProposed: return "proposed";
    case RelationshipStatus::kActive: return "active";
    case RelationshipStatus::kPaused: return "paused";
    case RelationshipStatus::kEnded: return "ended";
    case RelationshipStatus::kNone: break;
  }
  return "unspecified";
}

}  // namespace

void Normalise(const Relationship& relationship, std::string_view prefix, std::vector<Violation>& violations) {
  FieldRules rules(prefix, violations);
  rules.That(relationship.type != 0, "type", "REQUIRED", "Say what the one is to the other.");
  rules.That(relationship.from.id.is_nil() || relationship.from != relationship.to, "to", "PARTY_SAME",
             "Give another party: nobody is in a relationship with oneself.");
  rules.Code(relationship.tier, "tier", "gold");
  rules.That(!relationship.start_day || !relationship.end_day || *relationship.start_day <= *relationship.end_day,
             "end_date", "DATE_ORDER", "Give an end that is not before the start.");
}

void NormaliseNote(Personal<std::string>& note, std::string_view field, std::vector<Violation>& violations) {
  FieldRules rules("", violations);
  std::string text = note.Reveal();
  rules.Text(text, field, kNoteMax, true);
  note = std::move(text);
}

Status CheckTransition(RelationshipStatus before, RelationshipStatus after) {
  using enum RelationshipStatus;
  bool allowed = before == after || (after == kActive && (before == kProposed || before == kPaused)) ||
                 (before == kActive && after == kPaused);
  if (allowed) return Ok();
  return Error{Code::kFailedPrecondition, "STATUS_TRANSITION",
               std::string("What is ") + WordOf(before) + " does not become " + WordOf(after) +
                   (after == kEnded ? " by an update; close it and say why." : "; read what may follow what.")};
}

AccountabilityTurn SettleAccountability(bool unaccountable_before, const Uuid& accountable, Relationship& after) {
  after.unaccountable = after.status == RelationshipStatus::kActive && accountable.is_nil();
  if (after.unaccountable == unaccountable_before) return AccountabilityTurn::kNone;
  return after.unaccountable ? AccountabilityTurn::kLost : AccountabilityTurn::kRestored;
}

}  // namespace vefa::contact
