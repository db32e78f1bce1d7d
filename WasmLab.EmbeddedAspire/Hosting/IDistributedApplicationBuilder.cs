using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Builds a distributed application: a graph of resources.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>The configuration of the AppHost: files, environment, command line.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>The folder that relative paths in the model start from.</summary>
    string AppHostDirectory { get; }

    /// <summary>The assembly of the AppHost.</summary>
    Assembly? AppHostAssembly { get; }

    /// <summary>The environment the AppHost runs in.</summary>
    IHostEnvironment Environment { get; }

    /// <summary>The services of the application.</summary>
    IServiceCollection Services { get; }

    /// <summary>The events of the application.</summary>
    IDistributedApplicationEventing Eventing { get; }

    /// <summary>Whether the application is run or published.</summary>
    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>The resources added so far.</summary>
    IResourceCollection Resources { get; }

    /// <summary>Adds a resource to the model.</summary>
    /// <exception cref="DistributedApplicationException">The name is invalid or taken.</exception>
    IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource;

    /// <summary>Gives a builder for a resource without adding it to the model.</summary>
    IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource;

    /// <summary>Builds the application.</summary>
    DistributedApplication Build();
}
