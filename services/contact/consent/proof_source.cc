#include "services/contact/consent/proof_source.h"

#include <algorithm>

#include "services/contact/consent/consent_proto.h"

namespace vefa::contact {
namespace {

constexpr int32_t kEntryPage = 500;
// Digests of other people's lines: 64 bytes each are read for 32 that are told.
constexpr int64_t kPlacePage = 5000;

}  // namespace

Result<ProofSource::Records> ProofSource::Next(Deadline deadline) {
  Records records;
  if (closed_) return records;
  if (!view_) {
    VEFA_TRY_OK(Begin(deadline, records));
  } else if (contact_.is_nil()) {
    VEFA_TRY_OK(TellWhole(deadline, records));
  } else {
    VEFA_TRY_OK(TellContact(deadline, records));
  }
  return records;
}

Status ProofSource::Begin(Deadline deadline, Records& records) {
  VEFA_TRY(view_, ReadChainView(database_, sealer_->tenant(), deadline));
  v1::ConsentProofHeader& header = *records.emplace_back().mutable_header();
  header.set_format(proof::kFormat);
  header.set_tenant(sealer_->tenant().ToString());
  if (!contact_.is_nil()) header.set_contact(ResourceName("contacts", contact_));
  header.set_public_key(key_.public_key());
  header.set_key_id(proof::KeyId(key_.public_key()));
  *header.mutable_time() = rpc::ToProto(clock_.Now());
  return Ok();
}

void ProofSource::TellAnchorsTo(int64_t sequence, Records& records) {
  for (; anchors_told_ < view_->anchors.size() && view_->anchors[anchors_told_].anchor.sequence <= sequence; ++anchors_told_)
    *records.emplace_back().mutable_anchor() = ToProto(view_->anchors[anchors_told_]);
}

void ProofSource::TellClosing(Records& records) {
  TellAnchorsTo(view_->sequence, records);
  proof::Closing closing{sealer_->tenant(), clock_.Now(), view_->sequence, view_->hash, {}};
  if (!view_->anchors.empty()) closing.previous = proof::DigestOf(view_->anchors.back().anchor);
  *records.emplace_back().mutable_closing() = ToProto(proof::SignedClosing{closing, key_.Sign(proof::Statement(closing))});
  closed_ = true;
}

Status ProofSource::TellWhole(Deadline deadline, Records& records) {
  VEFA_TRY(auto entries, ReadEntries(database_, *sealer_, told_, view_->sequence, kEntryPage, deadline));
  for (const proof::Entry& entry : entries) {
    TellAnchorsTo(entry.sequence - 1, records);
    *records.emplace_back().mutable_entry() = ToProto(entry);
    told_ = entry.sequence;
  }
  // What is missing in the table is missing in the file, and the closing record tells on it.
  if (entries.size() < static_cast<size_t>(kEntryPage)) TellClosing(records);
  return Ok();
}

int64_t ProofSource::SignedAt(int64_t sequence) const {
  for (size_t i = anchors_told_; i < view_->anchors.size(); ++i)
    if (view_->anchors[i].anchor.sequence >= sequence) return view_->anchors[i].anchor.sequence;
  return view_->sequence;
}

Status ProofSource::TellContact(Deadline deadline, Records& records) {
  if (own_.empty() && !own_all_) {
    VEFA_TRY(auto entries, ReadEntriesOf(database_, *sealer_, contact_, own_read_, view_->sequence, kEntryPage, deadline));
    own_all_ = entries.size() < static_cast<size_t>(kEntryPage);
    if (!entries.empty()) own_read_ = entries.back().sequence;
    own_.insert(own_.end(), entries.begin(), entries.end());
  }
  if (told_ < run_end_) return TellRun(deadline, records);
  if (own_.empty()) {
    TellClosing(records);
    return Ok();
  }
  // A run: from the line before her first one to the next signature.
  const int64_t before = own_.front().sequence - 1;
  TellAnchorsTo(before, records);
  run_end_ = SignedAt(own_.front().sequence);
  v1::ConsentRunStart& start = *records.emplace_back().mutable_start();
  start.set_sequence(before);
  crypto::Digest hash = proof::Genesis(sealer_->tenant());
  if (before > 0) {
    VEFA_TRY(auto places, ReadPlaces(database_, sealer_->tenant(), before, before, deadline));
    if (!places.empty()) hash = places.front().hash;
  }
  start.set_hash(std::string(crypto::Bytes(hash)));
  told_ = before;
  return Ok();
}

Status ProofSource::TellRun(Deadline deadline, Records& records) {
  const int64_t last = std::min(run_end_, told_ + kPlacePage);
  VEFA_TRY(auto places, ReadPlaces(database_, sealer_->tenant(), told_ + 1, last, deadline));
  v1::ConsentDigests* others = nullptr;
  for (const Place& place : places) {
    if (!own_.empty() && own_.front().sequence == place.sequence) {
      *records.emplace_back().mutable_entry() = ToProto(own_.front());
      own_.pop_front();
      others = nullptr;
    } else {
      if (others == nullptr) {
        others = records.emplace_back().mutable_digests();
        others->set_first_sequence(place.sequence);
      }
      others->mutable_digests()->append(crypto::Bytes(place.digest));
    }
    // The rest of hers is read before it is walked past.
    if (own_.empty() && !own_all_) {
      told_ = place.sequence;
      return Ok();
    }
  }
  told_ = last;
  if (told_ == run_end_) TellAnchorsTo(run_end_, records);
  // An empty answer would be the end.
  if (records.empty()) return TellContact(deadline, records);
  return Ok();
}

}  // namespace vefa::contact
