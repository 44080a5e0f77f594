#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/result.h"

namespace vefa::notification {

// What the placeholders of a template are filled with.
struct Fields {
  std::string_view display_name;     // {{contact.display_name}}
  std::string_view unsubscribe_url;  // {{unsubscribe_url}}
  std::string_view campaign_name;    // {{campaign.name}}
  std::string_view preferences_url = {};   // {{preferences_url}}
  std::string_view confirmation_url = {};  // {{confirmation_url}}
  std::string_view purpose_title = {};     // {{purpose.title}}
};

// A text with placeholders, taken apart once and filled in for each recipient.
class Pattern {
 public:
  // INVALID_ARGUMENT `PLACEHOLDER_UNKNOWN` or `PLACEHOLDER_SYNTAX`.
  static Result<Pattern> Parse(std::string_view text);

  // As it is, for a subject.
  std::string Fill(const Fields& fields) const;
  bool Uses(std::string_view Fields::* field) const;

  struct Piece {
    std::string literal;  // Comes before the field.
    std::optional<std::string_view Fields::*> field;
  };
  const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  std::vector<Piece> pieces_;
};

// A body compiled to its wire form: the literals are quoted-printable already, and each field
// stands between two soft breaks, so that nothing behind it moves with its length. Filling one in
// encodes the fields only.
class WireBody {
 public:
  // `html` escapes what is filled in.
  WireBody(const Pattern& pattern, bool html);
  void Append(const Fields& fields, std::string& out) const;

 private:
  std::vector<Pattern::Piece> pieces_;
  bool html_;
};

}  // namespace vefa::notification
