#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "libs/crypto/ed25519.h"
#include "libs/rpc/serve_answers.h"
#include "services/contact/consent/consent_proof.h"
#include "vefa/contact/v1/consent_service.pb.h"

namespace vefa::contact {

// The records of one proof, some hundred at a time, of the chain as it was at the first. Used by one thread at a time.
class ProofSource final : public rpc::AnswerSource<v1::ExportConsentProofResponse> {
 public:
  using Records = std::vector<v1::ExportConsentProofResponse>;
  // `contact` nil: the whole chain. The references must outlive it.
  ProofSource(postgres::Database& database, std::shared_ptr<const Sealer> sealer, const crypto::SigningKey& key, const Clock& clock,
              const Uuid& contact)
      : database_(database), sealer_(std::move(sealer)), key_(key), clock_(clock), contact_(contact) {}

  Result<Records> Next(Deadline deadline) override;

 private:
  Status Begin(Deadline deadline, Records& records);
  Status TellWhole(Deadline deadline, Records& records);
  Status TellContact(Deadline deadline, Records& records);
  Status TellRun(Deadline deadline, Records& records);
  void TellAnchorsTo(int64_t sequence, Records& records);
  void TellClosing(Records& records);
  // Where the next signature stands for a line with this sequence.
  int64_t SignedAt(int64_t sequence) const;

  postgres::Database& database_;
  const std::shared_ptr<const Sealer> sealer_;
  const crypto::SigningKey& key_;
  const Clock& clock_;
  const Uuid contact_;
  std::optional<ChainView> view_;
  size_t anchors_told_ = 0;
  int64_t told_ = 0;     // The sequence of the last line that was told.
  int64_t run_end_ = 0;  // Of a contact's proof: until where the present run goes.
  std::deque<proof::Entry> own_;  // Of a contact's proof: hers, that are not told yet.
  int64_t own_read_ = 0;
  bool own_all_ = false;
  bool closed_ = false;
};

}  // namespace vefa::contact
