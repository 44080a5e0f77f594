#include "libs/otlp/settings.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace vefa::otlp {
namespace {

// Variables for as long as it lives.
class Variables {
 public:
  explicit Variables(Pairs pairs) : pairs_(std::move(pairs)) {
    for (const auto& [name, value] : pairs_) setenv(name.c_str(), value.c_str(), 1);
  }
  ~Variables() {
    for (const auto& [name, value] : pairs_) unsetenv(name.c_str());
  }

 private:
  const Pairs pairs_;
};

TEST(SettingsTest, OffUnlessACollectorIsNamed) {
  config::Environment environment;
  EXPECT_FALSE(ReadSettings(environment, "contact", "").on);
  EXPECT_TRUE(environment.Check().ok());
  Variables disabled({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318"}, {"OTEL_SDK_DISABLED", "true"}});
  EXPECT_FALSE(ReadSettings(environment, "contact", "").on);
}

TEST(SettingsTest, ReadsWhatOpenTelemetryNames) {
  Variables variables({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/"},
                       {"OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abc, x-scope=a"},
                       {"OTEL_RESOURCE_ATTRIBUTES", "service.name=ignored,deployment.environment.name=test,k8s.pod.name=p%2C1"},
                       {"OTEL_SERVICE_NAME", "people"},
                       {"OTEL_TRACES_SAMPLER", "parentbased_traceidratio"},
                       {"OTEL_TRACES_SAMPLER_ARG", "0"}});
  config::Environment environment;
  Settings settings = ReadSettings(environment, "contact", "contact-0");
  ASSERT_TRUE(environment.Check().ok()) << environment.Check().error().message;
  EXPECT_TRUE(settings.on);
  EXPECT_EQ(settings.collector.address.host, "collector");
  EXPECT_EQ(settings.collector.path, "/v1/traces");
  EXPECT_EQ(settings.headers, (Pairs{{"authorization", "Bearer abc"}, {"x-scope", "a"}}));
  EXPECT_EQ(settings.resource, (Pairs{{"service.name", "people"},
                                      {"service.instance.id", "contact-0"},
                                      {"deployment.environment.name", "test"},
                                      {"k8s.pod.name", "p,1"}}));
  EXPECT_FALSE(settings.sampler.Samples(telemetry::Trace(), telemetry::Trace::New()));
  for (const config::Setting& setting : environment.settings()) EXPECT_EQ(setting.value.find("abc"), std::string::npos) << setting.name;
}

TEST(SettingsTest, TheAddressOfTracesIsTakenAsItIs) {
  Variables variables({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://other:4318"},
                       {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:9411/otlp/traces"}});
  config::Environment environment;
  Settings settings = ReadSettings(environment, "contact", "");
  EXPECT_EQ(settings.collector.address.port, 9411);
  EXPECT_EQ(settings.collector.path, "/otlp/traces");
  EXPECT_EQ(settings.resource, (Pairs{{"service.name", "vefa-contact"}}));
}

TEST(SettingsTest, NamesEveryMistake) {
  Variables variables({{"OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector"},
                       {"OTEL_EXPORTER_OTLP_HEADERS", "secret-without-equals"},
                       {"OTEL_EXPORTER_OTLP_TIMEOUT", "0"},
                       {"OTEL_TRACES_SAMPLER", "jaeger_remote"}});
  config::Environment environment;
  ReadSettings(environment, "contact", "");
  Status status = environment.Check();
  ASSERT_FALSE(status.ok());
  for (const char* word : {"OTEL_EXPORTER_OTLP_ENDPOINT must be http://", "OTEL_EXPORTER_OTLP_HEADERS must be key=value",
                           "OTEL_EXPORTER_OTLP_TIMEOUT must be a whole number", "OTEL_TRACES_SAMPLER must be always_on"})
    EXPECT_NE(status.error().message.find(word), std::string::npos) << status.error().message;
  EXPECT_EQ(status.error().message.find("secret-without-equals"), std::string::npos);
}

TEST(SettingsTest, GrpcIsNotSpoken) {
  Variables variables({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317"}, {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}});
  config::Environment environment;
  ReadSettings(environment, "contact", "");
  EXPECT_NE(environment.Check().error().message.find("http/protobuf, which collectors take on port 4318"), std::string::npos);
}

}  // namespace
}  // namespace vefa::otlp
