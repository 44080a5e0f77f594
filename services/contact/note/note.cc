#include "services/contact/note/note.h"

namespace vefa::contact {
namespace {

constexpr size_t kNoteMax = 10'000;  // characters

}  // namespace

void Normalise(Note& note, std::string_view prefix, std::vector<Violation>& violations) {
  FieldRules rules(prefix, violations);
  std::string text = note.text.Reveal();
  rules.Text(text, "text", kNoteMax, true);
  rules.That(!text.empty(), "text", "REQUIRED", "Write something.");
  note.text = std::move(text);
}

}  // namespace vefa::contact
