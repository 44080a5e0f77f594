#include "services/notification/mail/pattern.h"

#include <algorithm>

#include "libs/base/text.h"
#include "services/notification/mail/quoted_printable.h"

namespace vefa::notification {
namespace {

struct Known {
  std::string_view name;
  std::string_view Fields::*field;
};
constexpr Known kKnown[] = {{"contact.display_name", &Fields::display_name},
                            {"unsubscribe_url", &Fields::unsubscribe_url},
                            {"campaign.name", &Fields::campaign_name},
                            {"preferences_url", &Fields::preferences_url},
                            {"confirmation_url", &Fields::confirmation_url},
                            {"purpose.title", &Fields::purpose_title}};

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

Result<Pattern> Pattern::Parse(std::string_view text) {
  Pattern pattern;
  for (;;) {
    size_t open = text.find("{{");
    if (open == std::string_view::npos) break;
    size_t close = text.find("}}", open);
    if (close == std::string_view::npos)
      return InvalidArgument("PLACEHOLDER_SYNTAX", "A placeholder that begins with {{ must end with }}.");
    std::string_view name = Trim(text.substr(open + 2, close - open - 2));
    const Known* found = nullptr;
    for (const Known& known : kKnown)
      if (known.name == name) found = &known;
    if (found == nullptr)
      return InvalidArgument("PLACEHOLDER_UNKNOWN",
                             "Use {{contact.display_name}}, {{unsubscribe_url}}, {{preferences_url}}, {{confirmation_url}}, {{purpose.title}} and "
                             "{{campaign.name}} only.");
    pattern.pieces_.push_back({std::string(text.substr(0, open)), found->field});
    text.remove_prefix(close + 2);
  }
  pattern.pieces_.push_back({std::string(text), std::nullopt});
  return pattern;
}

std::string Pattern::Fill(const Fields& fields) const {
  std::string text;
  for (const Piece& piece : pieces_) {
    text += piece.literal;
    if (piece.field) text += fields.*(*piece.field);
  }
  return text;
}

bool Pattern::Uses(std::string_view Fields::* field) const {
  return std::any_of(pieces_.begin(), pieces_.end(), [&](const Piece& piece) { return piece.field && *piece.field == field; });
}

WireBody::WireBody(const Pattern& pattern, bool html) : html_(html) {
  bool first = true;
  for (const Pattern::Piece& piece : pattern.pieces()) {
    Pattern::Piece wire{"", piece.field};
    QuotedPrintable encoder(wire.literal);
    if (!first) encoder.SoftBreak();
    encoder.Add(piece.literal);
    // The last piece ends the body's last line; the others break softly before their field.
    if (piece.field) encoder.SoftBreak();
    else if (!wire.literal.ends_with("\r\n") || wire.literal.ends_with("=\r\n")) wire.literal += "\r\n";
    pieces_.push_back(std::move(wire));
    first = false;
  }
}

void WireBody::Append(const Fields& fields, std::string& out) const {
  for (const Pattern::Piece& piece : pieces_) {
    out += piece.literal;
    if (!piece.field) continue;
    QuotedPrintable encoder(out);
    std::string_view value = fields.*(*piece.field);
    if (html_) encoder.Add(EscapeHtml(value));
    else encoder.Add(value);
  }
}

}  // namespace vefa::notification
