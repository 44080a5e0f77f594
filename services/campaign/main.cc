#include "libs/service/host.h"
#include "services/campaign/campaign/runner.h"
#include "services/campaign/campaign_events.h"
#include "services/campaign/grpc_service.h"
#include "services/campaign/projection/projection.h"

int main() {
  using namespace vefa::campaign;
  vefa::config::Environment environment;
  std::string notification = environment.Require("VEFA_NOTIFICATION_ADDRESS");
  vefa::service::Host host(CampaignSource(), environment);
  vefa::rpc::Peer peer(notification, host.key(), "campaign");
  Runner runner(host.pump(), peer, &host.relay(), host.clock(), host.metrics());
  Projection projection;
  GrpcService service(
      host.AddDoor("vefa.campaign.v1.CampaignService"), host.database(),
      [&] {
        host.relay().Wake();
        runner.Wake();
      },
      host.clock(), host.key().secret());
  host.AddService(service);
  host.Subscribe("campaign.projection.v1", {"vefa.contact.v1", "vefa.interaction.v1", "vefa.notification.v1"},
                 projection);
  host.OnStop([&] { runner.Stop(); });
  return host.Run();
}
