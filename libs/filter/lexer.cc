#include "libs/filter/lexer.h"

#include "libs/base/text.h"

namespace vefa::filter {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

class Lexer {
 public:
  Lexer(std::string_view text, std::string_view request_field) : text_(text), request_field_(request_field) {}

  Lexed Run() {
    while (!lexed_.broken) {
      at_ = std::min(text_.find_first_not_of(kSpaces, at_), text_.size());
      if (at_ == text_.size()) break;
      Next();
    }
    Add(Token::Kind::kEnd, at_);
    return std::move(lexed_);
  }

 private:
  void Next() {
    const size_t begin = at_;
    const char c = text_[at_];
    const bool after_op = !lexed_.tokens.empty() && lexed_.tokens.back().kind == Token::Kind::kOp;
    if (c == '(' || c == ')') {
      ++at_;
      return Add(c == '(' ? Token::Kind::kOpen : Token::Kind::kClose, begin);
    }
    if (c == '"' || c == '\'') return String(c);
    if (Operator()) return;
    if (c == '!') return Break("Write != to compare, or NOT.");
    // In front of a term a minus is NOT; in front of a value it is the value's.
    if (c == '-' && !after_op) {
      ++at_;
      return Add(Token::Kind::kMinus, begin);
    }
    // A time has colons in it; elsewhere a colon is an operator.
    const std::string_view ends = after_op ? std::string_view(" \t\r\n()\"'") : std::string_view(" \t\r\n()\"'=!<>:");
    at_ = std::min(text_.find_first_of(ends, at_), text_.size());
    const std::string_view word = text_.substr(begin, at_ - begin);
    Add(after_op          ? Token::Kind::kWord
        : word == "AND"   ? Token::Kind::kAnd
        : word == "OR"    ? Token::Kind::kOr
        : word == "NOT"   ? Token::Kind::kNot
                          : Token::Kind::kWord,
        begin, std::string(word));
  }

  bool Operator() {
    static constexpr std::pair<std::string_view, Op> kOps[] = {
        {"!=", Op::kNotEqual}, {"<=", Op::kLessOrEqual}, {">=", Op::kGreaterOrEqual}, {"=", Op::kEqual},
        {"<", Op::kLess},      {">", Op::kGreater},      {":", Op::kHas}};
    for (const auto& [sign, op] : kOps) {
      if (!text_.substr(at_).starts_with(sign)) continue;
      Add(Token::Kind::kOp, at_, std::string(sign), op);
      at_ += sign.size();
      return true;
    }
    return false;
  }

  void String(char quote) {
    const size_t begin = at_++;
    std::string value;
    for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && ++at_ == text_.size()) break;
      value += text_[at_];
    }
    if (at_ >= text_.size()) {
      at_ = begin;
      return Break("Close the quotation mark.");
    }
    ++at_;
    Add(Token::Kind::kString, begin, std::move(value));
  }

  size_t CharacterOf(size_t byte) const { return Utf8Length(text_.substr(0, byte)) + 1; }
  void Add(Token::Kind kind, size_t at, std::string text = "", Op op = Op::kEqual) {
    lexed_.tokens.push_back({kind, std::move(text), op, CharacterOf(at)});
  }
  void Break(const char* description) {
    lexed_.broken = At(CharacterOf(at_), request_field_, "FILTER_SYNTAX", description);
  }

  const std::string_view text_;
  const std::string_view request_field_;
  size_t at_ = 0;
  Lexed lexed_;
};

}  // namespace

Violation At(size_t at, std::string_view request_field, const char* reason, const std::string& description) {
  return {std::string(request_field), reason, description + " At character " + std::to_string(at) + "."};
}

Lexed Lex(std::string_view text, std::string_view request_field) { return Lexer(text, request_field).Run(); }

}  // namespace vefa::filter
