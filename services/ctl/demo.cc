// `vefactl demo win-back`: the main job, through the public API only.

#include "services/ctl/demo.h"

#include "services/ctl/terminal.h"
#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

constexpr size_t kSampleMax = 16 << 20;
// How long a part of the platform that is being restarted is waited for.
constexpr std::chrono::minutes kDemoPatience(5);

Result<demo::Outcome> Run(const DemoOptions& options) {
  VEFA_TRY(std::string text, ReadFile(options.data, kSampleMax));
  VEFA_TRY(std::vector<cdnow::Purchase> purchases, cdnow::ReadSample(text));
  std::vector<int> ids = cdnow::SampleIds(purchases);
  VEFA_TRY(Credentials credentials, ReadCredentials());
  VEFA_TRY(auto api, Api::SignIn(std::move(credentials), kDemoPatience));

  demo::Outcome outcome;
  Progress import("import");
  VEFA_TRY_OK(demo::ImportPeople(*api, ids));
  VEFA_TRY(auto names, demo::NamesOf(*api, ids));
  outcome.contacts = static_cast<int64_t>(names.size());
  VEFA_TRY(outcome.orders, demo::ImportOrders(*api, purchases, names));
  outcome.import_seconds = import.Seconds();

  Progress score("score");
  VEFA_TRY(outcome.scoring_run, demo::Score(*api));
  outcome.score_seconds = score.Seconds();

  Progress send("send");
  VEFA_TRY(outcome.segment_count,
           demo::CountSegment(*api, outcome.contacts, IntegerOf(outcome.scoring_run, "scored")));
  VEFA_TRY(outcome.campaign, demo::Send(*api));
  outcome.send_seconds = send.Seconds();
  VEFA_TRY(outcome.status, demo::WaitForEvents(*api));
  return outcome;
}

}  // namespace

int DemoWinBack(const DemoOptions& options) {
  auto outcome = Run(options);
  if (!outcome.ok()) return Fail(outcome.error());
  Status written = WriteFile(options.summary, demo::Summary(*outcome).dump(2) + "\n");
  return written.ok() ? kOk : Fail(written.error());
}

}  // namespace vefa::ctl
