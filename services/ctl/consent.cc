// `vefactl consent key|export|verify|profiles`: proofs of consent, written by the service and checked without it; whose law counts.

#include <cstdio>
#include <fstream>

#include "libs/base/id.h"
#include "libs/base/text.h"
#include "libs/proof/file.h"
#include "services/ctl/command_line.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

constexpr char kExportPath[] = "/v1/consents:exportProof";
constexpr size_t kKeyFileMax = 4096;

struct ExportOptions {
  std::string contact;  // Empty: the whole chain.
  std::string file;
};

struct VerifyOptions {
  std::string file;
  std::string key;  // A file; empty: by the key the proof names itself.
};

int ConsentKey() {
  return WithApi([](Api& api) -> Status {
    VEFA_TRY(Json key, api.Get("/v1/consentProofKey"));
    VEFA_TRY(std::string bytes, proof::ReadPublicKey(TextOf(key, "publicKey")));
    std::printf("%s\n", ToHex(bytes).c_str());
    return Ok();
  });
}

// Under another name first, so that a file with the right name is whole.
int ConsentExport(const ExportOptions& options) {
  Json request = Json::object();
  if (!options.contact.empty()) {
    auto id = ParseResourceName("contacts", options.contact);
    if (!id.ok()) return Fail(id.error());
    request["contact"] = ResourceName("contacts", *id);
  }
  return WithApi([&](Api& api) -> Status {
    const std::string unfinished = options.file + ".new";
    std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
    int64_t lines = 0;
    Progress progress("proof");
    VEFA_TRY_OK(api.StreamLines(kExportPath, request, [&](const std::string& line) -> Status {
      file << line << '\n';
      progress.Show(Grouped(++lines) + " records");
      return Ok();
    }));
    file.close();
    if (!file || std::rename(unfinished.c_str(), options.file.c_str()) != 0)
      return Error{Code::kFailedPrecondition, "FILE_UNWRITABLE",
                   options.file + " cannot be written; check the folder and its permissions."};
    progress.Done(Grouped(lines) + " records in " + options.file);
    return Ok();
  });
}

Status Report(const proof::Checker& checker, const std::string& file, double seconds, bool trusted) {
  for (const proof::Problem& problem : checker.problems())
    std::printf("%s:%lld: %s (%s)\n", file.c_str(), static_cast<long long>(problem.file_line), problem.message.c_str(),
                problem.reason.c_str());
  const int64_t more = checker.problem_count() - static_cast<int64_t>(checker.problems().size());
  if (more > 0) std::printf("and %s more problems\n", Grouped(more).c_str());
  std::printf("%s entries to number %s, %s opened, %s anchors, key %s, %.1f s, %s entries/s\n", Grouped(checker.entries()).c_str(),
              Grouped(checker.last_sequence()).c_str(), Grouped(checker.opened()).c_str(), Grouped(checker.anchors()).c_str(),
              proof::KeyId(checker.key()).c_str(), seconds,
              Grouped(static_cast<int64_t>(static_cast<double>(checker.entries()) / std::max(seconds, 1e-6))).c_str());
  if (checker.problem_count() > 0) return Error{Code::kDataLoss, "PROOF_BROKEN", "The proof is not good."};
  if (trusted) {
    std::printf("The proof is good.\n");
  } else {
    std::printf("The proof is good by the key in the file itself. Compare it with the one you were given: --key FILE.\n");
  }
  return Ok();
}

int ConsentVerify(const VerifyOptions& options) {
  auto verify = [&]() -> Status {
    std::string trusted;
    if (!options.key.empty()) {
      VEFA_TRY(std::string text, ReadFile(options.key, kKeyFileMax));
      VEFA_TRY(trusted, proof::ReadPublicKey(text));
    }
    std::ifstream file(options.file, std::ios::binary);
    if (!file) return NotFound("FILE_UNREADABLE", options.file + " cannot be read; check the name and its permissions.");
    proof::Checker checker(trusted);
    const auto start = std::chrono::steady_clock::now();
    proof::CheckFile(file, checker);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return Report(checker, options.file, seconds, !trusted.empty());
  };
  Status done = verify();
  return done.ok() ? kOk : Fail(done.error());
}

// `MERCHANTS` as `merchants`, without what every value of an enum begins with.
std::string PlainWord(const std::string& value, const std::string& prefix) {
  std::string word = value.starts_with(prefix) ? value.substr(prefix.size()) : value;
  for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return word;
}

std::string ClockOf(int64_t minute) {
  char text[16];
  std::snprintf(text, sizeof text, "%02d:%02d", static_cast<int>(minute / 60 % 24), static_cast<int>(minute % 60));
  return text;
}

void PrintProfile(const Json& profile) {
  std::printf("%s %lld  from %s  %s\n", TextOf(profile, "code").c_str(), static_cast<long long>(IntegerOf(profile, "version")),
              TextOf(profile, "firstDay").c_str(), TextOf(profile, "law").c_str());
  for (const Json& law : MemberOf(profile, "channels")) {
    const Json& quiet = MemberOf(law, "quietHours");
    std::string more;
    if (quiet.is_object()) more += "; quiet " + ClockOf(IntegerOf(quiet, "startMinute")) + "-" + ClockOf(IntegerOf(quiet, "endMinute"));
    if (std::string registry = TextOf(law, "registry"); !registry.empty()) more += "; registered in " + registry;
    std::printf("  %-5s  unasked: %s%s\n", PlainWord(TextOf(law, "channel"), "CHANNEL_").c_str(),
                PlainWord(TextOf(law, "withoutAgreement"), "WITHOUT_AGREEMENT_").c_str(), more.c_str());
  }
  if (const int64_t days = IntegerOf(profile, "recordDays"); days > 0)
    std::printf("  proof kept %s days: %s\n", Grouped(days).c_str(), TextOf(profile, "recordLaw").c_str());
  if (MemberOf(profile, "doubleOptIn") == Json(true)) std::printf("  double opt-in expected\n");
  std::string open;
  for (const Json& field : MemberOf(profile, "unconfirmed"))
    if (field.is_string()) open += (open.empty() ? "" : ", ") + field.get<std::string>();
  if (!open.empty()) std::printf("  not confirmed: %s\n", open.c_str());
}

int ConsentProfilesList() {
  return WithApi([](Api& api) -> Status {
    VEFA_TRY(Json answer, api.Get("/v1/consentProfiles"));
    for (const Json& profile : MemberOf(answer, "profiles")) PrintProfile(profile);
    return Ok();
  });
}

}  // namespace

void AddConsent(CLI::App& app, Verb& run) {
  CLI::App* group = AddGroup(app, "consent", "What people agreed to: proofs, and whose law counts.");
  CLI::App* verb = Add(*group, "key", "Prints the public key that signs proofs; keep it for the day when one is to be checked.",
                       "vefactl consent key > consent.key");
  verb->callback([&run] { run = [] { return ConsentKey(); }; });

  auto exported = std::make_shared<ExportOptions>();
  verb = Add(*group, "export", "Writes a proof: of every consent, or of one contact's, as lines of JSON.",
             "vefactl consent export proof.jsonl --contact contacts/01890a5d-ac96-774b-bcce-b302099a8057");
  verb->add_option("file", exported->file, "Where to write it")->required();
  verb->add_option("--contact", exported->contact, "contacts/UUID; all unless said");
  verb->callback([&run, exported] { run = [exported] { return ConsentExport(*exported); }; });

  auto verified = std::make_shared<VerifyOptions>();
  verb = Add(*group, "verify", "Checks a proof, without a server, and names what is wrong; ends with 1 when something is.",
             "vefactl consent verify proof.jsonl --key consent.key");
  verb->add_option("file", verified->file, "The proof")->required();
  verb->add_option("--key", verified->key, "File with the public key you trust, as `consent key` prints it");
  verb->callback([&run, verified] { run = [verified] { return ConsentVerify(*verified); }; });

  verb = Add(*group, "profiles", "Prints whose laws are known, what they say of commercial messages, and what of it is not confirmed.",
             "vefactl consent profiles");
  verb->callback([&run] { run = [] { return ConsentProfilesList(); }; });
}

}  // namespace vefa::ctl
