#include "services/campaign/template/template_proto.h"

#include "libs/rpc/time.h"

namespace vefa::campaign {

Template FromProto(const v1::Template& proto) {
  Template content;
  content.display_name = proto.display_name();
  for (const auto& [language, text] : proto.texts())
    content.texts.push_back({language, text.subject(), text.text(), text.html()});
  return content;
}

v1::Template ToProto(const Template& content) {
  v1::Template proto;
  proto.set_name("templates/" + content.slug);
  proto.set_display_name(content.display_name);
  for (const TemplateText& text : content.texts) {
    v1::TemplateText& words = (*proto.mutable_texts())[text.language];
    words.set_subject(text.subject);
    words.set_text(text.text);
    words.set_html(text.html);
  }
  proto.set_version(content.version);
  *proto.mutable_create_time() = rpc::ToProto(content.create_time);
  return proto;
}

}  // namespace vefa::campaign
