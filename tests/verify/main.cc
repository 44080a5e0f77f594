// vefa-verify: compares what writers were told with what is stored, published, applied and fed.

#include <cstdio>

#include "tests/verify/read.h"
#include "tests/verify/verdict.h"

namespace {

constexpr char kUsage[] =
    "Usage: vefa-verify --postgres URI --kafka BROKERS [OPTION VALUE]...\n"
    "  --postgres URI       of every database, {service} where its name stands; as a superuser, password in PGPASSFILE\n"
    "  --kafka BROKERS      where the topics are\n"
    "  --history FILE       written by vefa-load\n"
    "  --feed FILE          written by vefa-load's readers of the feed\n"
    "  --positions FILE     consumer, topic, partition, next offset, 1 when it was moved back on purpose\n"
    "  --processes FILE     name, begin or end, resident kB, files, sockets\n"
    "  --injected FILE      tenant, subject of what a foreign producer wrote about\n"
    "  --canary TENANT=WORD a word that must be found in that tenant's outputs only; may be given again\n"
    "  --json FILE          writes the verdicts there as well\n"
    "The exit code is 1 when an invariant does not hold, 2 when it could not be looked at.\n";

int Fail(const vefa::Error& error) {
  std::fprintf(stderr, "vefa-verify: %s %s\n", error.reason.c_str(), error.message.c_str());
  for (const auto& [name, value] : error.metadata) std::fprintf(stderr, "  %s: %s\n", name.c_str(), value.c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace vefa::verify;
  std::map<std::string, std::string> options;
  Canaries canaries;
  for (int i = 1; i < argc; i += 2) {
    std::string option = argv[i];
    if (i + 1 >= argc || !option.starts_with("--")) return std::fputs(kUsage, stderr), 2;
    std::string value = argv[i + 1];
    if (option != "--canary") {
      options[option] = value;
      continue;
    }
    size_t equals = value.find('=');
    auto tenant = vefa::Uuid::Parse(value.substr(0, equals));
    if (equals == std::string::npos || !tenant.ok()) return std::fputs(kUsage, stderr), 2;
    canaries.Add(*tenant, value.substr(equals + 1));
  }
  if (options["--postgres"].empty() || options["--kafka"].empty()) return std::fputs(kUsage, stderr), 2;

  Evidence evidence;
  for (const vefa::Status& status :
       {ReadHistory(options["--history"], evidence), ReadFeedReaders(options["--feed"], evidence),
        ReadPositions(options["--positions"], evidence), ReadProcesses(options["--processes"], evidence),
        ReadInjected(options["--injected"], evidence),
        ReadDatabases(options["--postgres"], canaries, evidence), ReadKafka(options["--kafka"], canaries, evidence)})
    if (!status.ok()) return Fail(status.error());

  std::vector<Verdict> verdicts = Judge(evidence);
  std::fputs(ToText(verdicts).c_str(), stdout);
  if (!options["--json"].empty()) {
    std::FILE* file = std::fopen(options["--json"].c_str(), "w");
    if (file == nullptr) return Fail(vefa::NotFound("FILE_UNREADABLE", options["--json"] + " cannot be written."));
    std::fputs(ToJson(verdicts).c_str(), file);
    std::fclose(file);
  }
  int violated = 0;
  for (const Verdict& verdict : verdicts) violated += !verdict.holds();
  std::printf("%d invariants do not hold\n", violated);
  return violated == 0 ? 0 : 1;
}
