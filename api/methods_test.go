package api

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"
)

// serviceMethods are all methods of a server's services that have a descriptor
// here, in order.
func serviceMethods(s *Server) (list []protoreflect.MethodDescriptor) {
	for name := range s.grpc.GetServiceInfo() {
		if !strings.HasPrefix(name, "planwright.") && !strings.HasPrefix(name, "google.longrunning.") && !strings.HasPrefix(name, "arrow.") {
			continue
		}
		d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(name))
		if err != nil {
			panic(err)
		}
		methods := d.(protoreflect.ServiceDescriptor).Methods()
		for i := range methods.Len() {
			list = append(list, methods.Get(i))
		}
	}
	slices.SortFunc(list, func(a, b protoreflect.MethodDescriptor) int {
		return strings.Compare(string(a.FullName()), string(b.FullName()))
	})
	return list
}

// pathOf is a method as gRPC names it.
func pathOf(m protoreflect.MethodDescriptor) string {
	return "/" + string(m.Parent().FullName()) + "/" + string(m.Name())
}

// maxAnswers bounds what is read of a stream.
const maxAnswers = 200

// invoke calls a method, of whatever kind, with messages and returns the
// answers.
func invoke(ctx context.Context, conn *grpc.ClientConn, m protoreflect.MethodDescriptor, requests ...proto.Message) (answers []proto.Message, err error) {
	desc := &grpc.StreamDesc{StreamName: string(m.Name()), ServerStreams: m.IsStreamingServer(), ClientStreams: m.IsStreamingClient()}
	st, err := conn.NewStream(ctx, desc, pathOf(m))
	if err != nil {
		return nil, err
	}
	for _, r := range requests {
		if err := st.SendMsg(r); err != nil {
			if errors.Is(err, io.EOF) { // the answer says why
				break
			}
			return nil, err
		}
	}
	if err := st.CloseSend(); err != nil {
		return nil, err
	}
	for len(answers) < maxAnswers {
		out := dynamicpb.NewMessage(m.Output())
		if err := st.RecvMsg(out); err != nil {
			if errors.Is(err, io.EOF) {
				return answers, nil
			}
			return answers, err
		}
		answers = append(answers, out)
		if !m.IsStreamingServer() {
			return answers, nil
		}
	}
	return answers, nil
}
