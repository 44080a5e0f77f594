#include "tests/bench/consent/proof_file.h"

#include <google/protobuf/util/json_util.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "libs/proof/file.h"
#include "services/contact/consent/consent_proto.h"
#include "services/contact/consent/proof_key.h"
#include "tests/bench/common/result.h"
#include "vefa/contact/v1/consent_service.pb.h"

namespace vefa::bench {
namespace {

using contact::v1::ExportConsentProofResponse;

const crypto::SigningKey& Key() {
  static const crypto::SigningKey kKey = contact::MakeProofKey(std::string(32, 'b'));
  return kKey;
}

void Write(std::ofstream& file, const ExportConsentProofResponse& record) {
  std::string line;
  if (!google::protobuf::util::MessageToJsonString(record, &line).ok()) std::abort();
  file << line << '\n';
}

proof::Entry MakeEntry(int number, crypto::Digest& before) {
  proof::Entry entry;
  entry.sequence = number;
  proof::Line& line = entry.line;
  for (size_t i = 0; i < 4; ++i) line.contact.bytes[12 + i] = static_cast<uint8_t>(number >> (24 - 8 * i));
  line.line = number;
  line.purpose = "win-back";
  line.channel = 1;
  line.state = number % 3 == 0 ? 2 : 1;
  line.recipient_type = 1;
  line.capture_source = "HS_WEB";
  line.text_version = 1;
  line.text_hash = std::string(32, 't');
  line.actor = "users/01890a5d-ac96-774b-bcce-b302099a8057";
  line.occur_time = Time(std::chrono::microseconds(1'700'000'000'000'000 + number));
  line.record_time = line.occur_time + std::chrono::seconds(1);
  entry.salt = std::string(crypto::Bytes(crypto::Sha256(std::to_string(number))));
  entry.person.address = "person." + std::to_string(number) + "@bench.example";
  entry.person.source = "shop checkout";
  line.commitment = proof::Commit(*entry.salt, entry.person);
  before = entry.hash = proof::Link(before, number, proof::DigestOf(line));
  return entry;
}

}  // namespace

void WriteProof(const std::string& path, int entries) {
  constexpr int kAnchorEvery = 10'000;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  const Uuid tenant = *Uuid::Parse("01890a5d-ac96-774b-bcce-b302099a8057");
  ExportConsentProofResponse record;
  record.mutable_header()->set_format(proof::kFormat);
  record.mutable_header()->set_tenant(tenant.ToString());
  record.mutable_header()->set_public_key(Key().public_key());
  Write(file, record);
  crypto::Digest before = proof::Genesis(tenant), anchored{};
  for (int i = 1; i <= entries; ++i) {
    *record.mutable_entry() = contact::ToProto(MakeEntry(i, before));
    Write(file, record);
    if (i % kAnchorEvery != 0) continue;
    const proof::Anchor anchor{tenant, i / kAnchorEvery, i, before, anchored};
    *record.mutable_anchor() = contact::ToProto(proof::SignedAnchor{anchor, Key().Sign(proof::Statement(anchor))});
    Write(file, record);
    anchored = proof::DigestOf(anchor);
  }
  const proof::Closing closing{tenant, Time{}, entries, before, anchored};
  *record.mutable_closing() = contact::ToProto(proof::SignedClosing{closing, Key().Sign(proof::Statement(closing))});
  Write(file, record);
  if (!file) std::abort();
}

double CheckProof(const std::string& path, int entries) {
  proof::Checker checker(Key().public_key());
  const double seconds = Seconds([&] {
    std::ifstream file(path, std::ios::binary);
    proof::CheckFile(file, checker);
  });
  if (checker.problem_count() == 0 && checker.entries() == entries) return seconds;
  std::fprintf(stderr, "the proof is not good\n");
  std::exit(1);
}

}  // namespace vefa::bench
