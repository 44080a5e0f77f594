#include "libs/proof/checker.h"

#include "libs/base/text.h"
#include "libs/crypto/ed25519.h"

namespace vefa::proof {
namespace {

std::string Short(const crypto::Digest& digest) { return ToHex(crypto::Bytes(digest)); }

std::string Number(int64_t number) { return std::to_string(number); }

std::string DayText(int32_t day) { return ToRfc3339(StartOfDay(day)).substr(0, 10); }

}  // namespace

void Checker::Add(int64_t file_line, int64_t sequence, const char* reason, std::string message) {
  ++problem_count_;
  if (problems_.size() < kProblemsMax) problems_.push_back({file_line, sequence, reason, std::move(message)});
}

void Checker::Unreadable(int64_t file_line, const std::string& what) { Add(file_line, 0, "RECORD_UNREADABLE", what); }

bool Checker::Began(int64_t file_line) {
  if (closed_) Add(file_line, 0, "RECORD_AFTER_CLOSING", "Something follows the closing record, which must be the last.");
  if (header_) return true;
  Add(file_line, 0, "HEADER_MISSING", "The file does not begin with its header; tenant and key are not known.");
  header_.emplace();
  return false;
}

void Checker::Take(int64_t file_line, const Header& header) {
  if (header_) return Add(file_line, 0, "HEADER_REPEATED", "A second header; one proof has one.");
  header_ = header;
  if (header.format != kFormat)
    Add(file_line, 0, "FORMAT_UNKNOWN",
        "Format " + Number(header.format) + " where " + Number(kFormat) + " was expected; use a newer vefactl.");
  if (key_.empty()) {
    key_ = header.public_key;
  } else if (key_ != header.public_key) {
    Add(file_line, 0, "KEY_OTHER", "The file was signed by key " + KeyId(header.public_key) + " and you trust key " + KeyId(key_) + ".");
  }
  if (!header.contact.is_nil()) return;
  hash_ = Genesis(header.tenant);
  following_ = true;
}

void Checker::Expect(int64_t file_line, int64_t sequence) {
  const int64_t expected = sequence_ + 1;
  if (!following_) {
    Add(file_line, sequence, "RUN_WITHOUT_START", "Entry " + Number(sequence) + " follows nothing; its run must begin with a start.");
  } else if (sequence > expected) {
    const std::string which = sequence - expected == 1 ? "entry " + Number(expected) + " is"
                                                       : "entries " + Number(expected) + " to " + Number(sequence - 1) + " are";
    Add(file_line, expected, "ENTRY_MISSING", "Entry " + Number(sequence) + " where " + Number(expected) + " was expected: " + which + " missing here.");
  } else if (sequence < expected) {
    Add(file_line, sequence, "ENTRY_OUT_OF_ORDER",
        "Entry " + Number(sequence) + " where " + Number(expected) + " was expected: repeated or out of order.");
  }
}

void Checker::Take(int64_t file_line, const Entry& entry) {
  if (!Began(file_line)) hash_ = Genesis(header_->tenant);
  ++entries_;
  const bool follows = following_ && entry.sequence == sequence_ + 1;
  if (!follows) Expect(file_line, entry.sequence);
  if (!header_->contact.is_nil() && entry.line.contact != header_->contact)
    Add(file_line, entry.sequence, "ENTRY_OF_ANOTHER", "Entry " + Number(entry.sequence) + " is not of the contact the file is about.");
  if (follows) {
    const crypto::Digest hash = Link(hash_, entry.sequence, DigestOf(entry.line));
    if (hash != entry.hash)
      Add(file_line, entry.sequence, "ENTRY_CHANGED",
          "Entry " + Number(entry.sequence) + " was changed: its content makes the hash " + Short(hash) + " and it says " + Short(entry.hash) + ".");
  }
  if (entry.salt) {
    ++opened_;
    if (Commit(*entry.salt, entry.person) != entry.line.commitment)
      Add(file_line, entry.sequence, "OPENING_CHANGED",
          "Entry " + Number(entry.sequence) + ": what is told of the person is not what was committed to.");
  }
  // What it says of itself is gone on from: one changed line is one problem and not a thousand.
  sequence_ = entry.sequence;
  hash_ = entry.hash;
  following_ = unsigned_ = true;
}

void Checker::TakeStart(int64_t file_line, int64_t sequence, const crypto::Digest& hash) {
  if (!Began(file_line)) return;
  if (header_->contact.is_nil()) return Add(file_line, sequence, "START_UNEXPECTED", "A whole chain begins at its first entry.");
  if (unsigned_)
    Add(file_line, sequence_, "RUN_UNSIGNED", "Nothing signed follows entry " + Number(sequence_) + " before the next run begins.");
  if (sequence < sequence_)
    Add(file_line, sequence, "ENTRY_OUT_OF_ORDER", "A run begins after entry " + Number(sequence) + ", before the last one ended.");
  if (sequence == 0 && hash != Genesis(header_->tenant))
    Add(file_line, 0, "START_CHANGED", "The beginning of the chain is not that of this tenant.");
  sequence_ = sequence;
  hash_ = hash;
  following_ = true;
  unsigned_ = false;
}

void Checker::TakeDigests(int64_t file_line, int64_t first, const std::vector<crypto::Digest>& digests) {
  if (!Began(file_line)) return;
  if (header_->contact.is_nil())
    return Add(file_line, first, "ENTRY_MISSING", "Entries from " + Number(first) + " are told by digests only; a whole chain tells all.");
  if (!following_ || first != sequence_ + 1) Expect(file_line, first);
  sequence_ = first - 1;
  for (const crypto::Digest& digest : digests) {
    ++sequence_;
    hash_ = Link(hash_, sequence_, digest);
  }
  following_ = unsigned_ = true;
}

void Checker::Signature(int64_t file_line, int64_t sequence, const std::string& statement, const std::string& signature,
                        const char* what) {
  if (!crypto::IsSigned(key_, statement, signature))
    Add(file_line, sequence, "SIGNATURE_WRONG", std::string(what) + " is not signed by key " + KeyId(key_) + ".");
}

void Checker::Take(int64_t file_line, const SignedAnchor& signed_anchor) {
  if (!Began(file_line)) return;
  ++anchors_;
  const Anchor& anchor = signed_anchor.anchor;
  const std::string what = "The anchor of " + DayText(anchor.day);
  if (anchor.tenant != header_->tenant) Add(file_line, anchor.sequence, "ANCHOR_OF_ANOTHER", what + " is another tenant's.");
  if (last_anchor_ && anchor.previous != *last_anchor_)
    Add(file_line, anchor.sequence, "ANCHOR_MISSING", what + " does not follow the one before it: an anchor is missing or was replaced.");
  if (!last_anchor_ && header_->contact.is_nil() && anchor.previous != crypto::Digest{})
    Add(file_line, anchor.sequence, "ANCHOR_MISSING", what + " is not the first: those before it are missing.");
  if (last_anchor_ && anchor.day < last_day_) Add(file_line, anchor.sequence, "ANCHOR_OUT_OF_ORDER", what + " stands after a later one.");
  // In a contact's file, days without a line of hers are there for their signatures' sake only.
  const bool bears = header_->contact.is_nil() || unsigned_;
  if (bears && anchor.sequence != sequence_)
    Add(file_line, anchor.sequence, "ANCHOR_MISMATCH",
        what + " ends with entry " + Number(anchor.sequence) + "; before it stands entry " + Number(sequence_) + ".");
  else if (bears && anchor.hash != hash_)
    Add(file_line, anchor.sequence, "ANCHOR_MISMATCH",
        what + " says that entry " + Number(anchor.sequence) + " has the hash " + Short(anchor.hash) + "; the chain makes it " + Short(hash_) + ".");
  Signature(file_line, anchor.sequence, Statement(anchor), signed_anchor.signature, what.c_str());
  last_anchor_ = DigestOf(anchor);
  last_day_ = anchor.day;
  unsigned_ = false;
}

void Checker::Take(int64_t file_line, const SignedClosing& signed_closing) {
  if (!Began(file_line)) return;
  const Closing& closing = signed_closing.closing;
  closed_ = true;
  if (closing.tenant != header_->tenant) Add(file_line, 0, "CLOSING_OF_ANOTHER", "The closing record is another tenant's.");
  const bool whole = header_->contact.is_nil();
  if ((whole || unsigned_) && closing.sequence > sequence_) {
    Add(file_line, sequence_ + 1, "TAIL_MISSING",
        "The chain ended with entry " + Number(closing.sequence) + " when the file was written; here it ends with " + Number(sequence_) + ".");
  } else if ((whole || unsigned_) && (closing.sequence != sequence_ || (following_ && closing.hash != hash_))) {
    Add(file_line, closing.sequence, "CLOSING_MISMATCH",
        "The closing record says that entry " + Number(closing.sequence) + " has the hash " + Short(closing.hash) + "; the chain makes entry " +
            Number(sequence_) + " " + Short(hash_) + ".");
  }
  if (closing.previous != last_anchor_.value_or(crypto::Digest{}))
    Add(file_line, closing.sequence, "ANCHOR_MISSING", "The last anchor is not the one the closing record names.");
  Signature(file_line, closing.sequence, Statement(closing), signed_closing.signature, "The closing record");
  unsigned_ = false;
}

void Checker::End(int64_t file_line) {
  if (!header_) return Add(file_line, 0, "HEADER_MISSING", "There is no proof in this file.");
  if (!closed_)
    Add(file_line, sequence_, "TAIL_MISSING",
        "The file ends after entry " + Number(sequence_) + " without its closing record: its tail was cut off.");
}

}  // namespace vefa::proof
