#include "libs/service/host.h"
#include "services/campaign/campaign/outcome_handler.h"
#include "services/campaign/campaign/runner.h"
#include "services/campaign/campaign_events.h"
#include "services/campaign/campaign_fold.h"
#include "services/campaign/grpc_service.h"
#include "services/campaign/projection/projection.h"
#include "vefa/campaign/v1/campaign_events.pb.h"

std::vector<vefa::postgres::Migration> vefa_campaign_migrations();

int main(int argc, char** argv) {
  using namespace vefa::campaign;
  vefa::config::Environment environment;
  vefa::config::CommandLine command_line(argc, argv, environment);
  std::string notification = vefa::service::RequirePeer(environment, "notification");
  vefa::service::Host host(CampaignSource(), environment, command_line);
  vefa::rpc::Peer peer(notification, host.key(), "campaign", host.transport());
  Runner runner(host.pump(), peer, &host.relay(), host.clock(), host.metrics());
  Projection projection;
  OutcomeHandler outcomes;
  GrpcService service(
      host.AddDoor("vefa.campaign.v1.CampaignService"), host.database(),
      [&] {
        host.relay().Wake();
        runner.Wake();
      },
      host.clock(), host.key().secret());
  host.AddService(service);
  host.Project(Projection::Info(), projection);
  host.Subscribe(OutcomeHandler::kConsumer, {"vefa.notification.v1"}, outcomes);
  host.OnStop([&] { runner.Stop(); });
  host.KeepState(v1::CampaignSnapshot::default_instance(), FoldCampaign);
  host.NeedSchema(vefa_campaign_migrations());
  return host.Run();
}
