#include "libs/filter/parser.h"

namespace vefa::filter {
namespace {

using Kind = Token::Kind;

// By descent: conjunction = sequence {AND sequence}, sequence = factor {factor}, factor = term {OR term},
// term = {NOT | -} (group | restriction). At the first broken place everything stops.
class Parser {
 public:
  Parser(const std::vector<Token>& tokens, std::string_view request_field) : tokens_(tokens), request_field_(request_field) {}

  Parsed Run() {
    if (Now().kind == Kind::kEnd) return {};
    Written tree = Conjunction();
    if (!broken_ && Now().kind == Kind::kClose) Break(Now(), "FILTER_SYNTAX", "Open this parenthesis before it is closed.");
    if (!broken_ && Now().kind != Kind::kEnd) Break(Now(), "FILTER_SYNTAX", "Put AND or OR between two terms.");
    if (broken_) return {std::nullopt, std::move(broken_)};
    return {std::move(tree), std::nullopt};
  }

 private:
  const Token& Now() const { return tokens_[at_]; }
  void Take() {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  bool BeginsTerm() const {
    const Kind kind = Now().kind;
    return kind == Kind::kWord || kind == Kind::kString || kind == Kind::kOpen || kind == Kind::kMinus || kind == Kind::kNot;
  }

  Written Conjunction() {
    std::vector<Written> terms;
    do {
      if (Now().kind == Kind::kAnd) Take();
      do terms.push_back(Factor());
      while (!broken_ && BeginsTerm());
    } while (!broken_ && Now().kind == Kind::kAnd);
    return Joined(Written::Kind::kAnd, std::move(terms));
  }
  Written Factor() {
    std::vector<Written> terms{Term()};
    while (!broken_ && Now().kind == Kind::kOr) {
      Take();
      terms.push_back(Term());
    }
    return Joined(Written::Kind::kOr, std::move(terms));
  }
  static Written Joined(Written::Kind kind, std::vector<Written> terms) {
    if (terms.size() == 1) return std::move(terms.front());
    Written joined;
    joined.kind = kind;
    joined.terms = std::move(terms);
    return joined;
  }

  Written Term() {
    if (Now().kind != Kind::kNot && Now().kind != Kind::kMinus && Now().kind != Kind::kOpen) return Restriction();
    if (++depth_ > kDepthMax) {
      Break(Now(), "FILTER_TOO_DEEP", "Put at most 20 parentheses and NOTs inside each other.");
      return {};
    }
    Written term;
    if (Now().kind == Kind::kOpen) {
      const Token open = Now();
      Take();
      term = Conjunction();
      if (!broken_ && Now().kind != Kind::kClose) Break(open, "FILTER_SYNTAX", "Close this parenthesis.");
      Take();
    } else {
      Take();
      term.kind = Written::Kind::kNot;
      term.terms.push_back(Term());
    }
    --depth_;
    return term;
  }

  Written Restriction() {
    Written one;
    if (broken_ || !BeginsTerm()) {
      Break(Now(), "FILTER_SYNTAX", "Write a comparison or a word here.");
      return one;
    }
    if (++terms_ > kTermsMax) {
      Break(Now(), "FILTER_TOO_MANY_TERMS", "Write at most 50 comparisons and words.");
      return one;
    }
    one.subject = Now();
    one.kind = Written::Kind::kWord;
    Take();
    if (Now().kind != Kind::kOp) return one;
    one.kind = Written::Kind::kCompare;
    one.op = Now().op;
    if (one.subject.kind == Kind::kString) Break(one.subject, "FILTER_SYNTAX", "Name a field, without quotation marks, before an operator.");
    Take();
    one.value = Now();
    if (one.value.kind != Kind::kWord && one.value.kind != Kind::kString)
      Break(Now(), "FILTER_SYNTAX", "Write a value after the operator.");
    Take();
    return one;
  }

  void Break(const Token& where, const char* reason, const char* description) {
    if (!broken_) broken_ = At(where.at, request_field_, reason, description);
  }

  const std::vector<Token>& tokens_;
  const std::string_view request_field_;
  size_t at_ = 0;
  int depth_ = 0;
  int terms_ = 0;
  std::optional<Violation> broken_;
};

}  // namespace

Parsed Parse(std::string_view text, std::string_view request_field) {
  Lexed lexed = Lex(text, request_field);
  if (lexed.broken) return {std::nullopt, std::move(lexed.broken)};
  return Parser(lexed.tokens, request_field).Run();
}

}  // namespace vefa::filter
