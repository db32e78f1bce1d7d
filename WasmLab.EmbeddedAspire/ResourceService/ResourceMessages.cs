using System.Collections;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard.Client;
using Aspire.Hosting.Dashboard.Model;
using Aspire.Hosting.ResourceService.Protos;
using Google.Protobuf.WellKnownTypes;
using HealthStatus = Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus;
using ResourceMessage = Aspire.Hosting.ResourceService.Protos.Resource;

namespace Aspire.Hosting.ResourceService;

/// <summary>From snapshots to the messages of the service.</summary>
internal static class ResourceMessages
{
    public static ResourceMessage Of(ResourceView resource)
    {
        var snapshot = resource.Snapshot;
        var message = new ResourceMessage
        {
            Name = resource.Id,
            ResourceType = resource.Type,
            DisplayName = resource.Name,
            Uid = resource.Id,
            IsHidden = snapshot.IsHidden,
            CreatedAt = ToTimestamp(snapshot.CreationTimeStamp),
            StartedAt = ToTimestamp(snapshot.StartTimeStamp),
            StoppedAt = ToTimestamp(snapshot.StopTimeStamp),
        };
        if (snapshot.State is { } state)
        {
            message.State = state.Text;
            Set(state.Style, style => message.StateStyle = style);
        }

        Set(snapshot.IconName, icon => message.IconName = icon);
        if (snapshot.IconVariant is { } variant)
        {
            message.IconVariant = (Protos.IconVariant)variant;
        }

        message.Properties.AddRange(Properties(resource));
        message.Environment.AddRange(snapshot.EnvironmentVariables.Select(variable =>
        {
            var result = new EnvironmentVariable { Name = variable.Name, IsFromSpec = variable.IsFromSpec };
            Set(variable.Value, value => result.Value = value);
            return result;
        }));
        message.Urls.AddRange(snapshot.Urls.Select(ToMessage));
        message.Volumes.AddRange(snapshot.Volumes.Select(volume => new Volume
        {
            Source = volume.Source ?? "",
            Target = volume.Target,
            MountType = volume.MountType,
            IsReadOnly = volume.IsReadOnly,
        }));
        message.HealthReports.AddRange(snapshot.HealthReports.Select(ToMessage));
        message.Relationships.AddRange(snapshot.Relationships.Select(relationship =>
            new ResourceRelationship { ResourceName = relationship.ResourceName, Type = relationship.Type }));
        message.Commands.AddRange(snapshot.Commands.Where(command => command.Visibility.HasFlag(ResourceCommandVisibility.UI)).Select(ToMessage));
        return message;
    }

    public static ResourceCommandResponse Of(ExecuteCommandResult result)
    {
        var message = new ResourceCommandResponse
        {
            Kind = result switch
            {
                { Canceled: true } => ResourceCommandResponseKind.Cancelled,
                { Success: true } => ResourceCommandResponseKind.Succeeded,
                _ => ResourceCommandResponseKind.Failed,
            },
        };
        Set(result.Message, text =>
        {
            message.Message = text;
            if (!result.Success)
            {
                message.ErrorMessage = text;
            }
        });
        if (result.Data is { } data)
        {
            message.Result = new ResourceCommandResult
            {
                Value = data.Value,
                Format = data.Format switch
                {
                    ApplicationModel.CommandResultFormat.Json => Protos.CommandResultFormat.Json,
                    ApplicationModel.CommandResultFormat.Markdown => Protos.CommandResultFormat.Markdown,
                    _ => Protos.CommandResultFormat.Text,
                },
                DisplayImmediately = data.DisplayImmediately,
            };
        }

        return message;
    }

    /// <summary>Dashboards read some facts from properties rather than from fields.</summary>
    private static IEnumerable<ResourceProperty> Properties(ResourceView resource)
    {
        var snapshot = resource.Snapshot;
        var facts = new (string Name, object? Value)[]
        {
            ("resource.uid", resource.Id),
            ("resource.name", resource.Id),
            ("resource.type", resource.Type),
            ("resource.displayName", resource.Name),
            ("resource.state", snapshot.State?.Text),
            ("resource.exitCode", snapshot.ExitCode),
            ("resource.createTime", Iso(snapshot.CreationTimeStamp)),
            ("resource.startTime", Iso(snapshot.StartTimeStamp)),
            ("resource.stopTime", Iso(snapshot.StopTimeStamp)),
            ("resource.healthState", snapshot.HealthStatus?.ToString()),
        };
        var own = snapshot.Properties.Select(property => property.Name).ToHashSet();
        return facts.Where(fact => fact.Value is not null && !own.Contains(fact.Name))
            .Select(fact => new ResourceProperty { Name = fact.Name, Value = ToValue(fact.Value) })
            .Concat(snapshot.Properties.Select(property =>
            {
                var message = new ResourceProperty
                {
                    Name = property.Name,
                    Value = ToValue(property.Value),
                    IsSensitive = property.IsSensitive,
                    IsHighlighted = property.IsHighlighted,
                };
                Set(property.DisplayName, name => message.DisplayName = name);
                if (property.SortOrder is { } order)
                {
                    message.SortOrder = order;
                }

                return message;
            }));
    }

    private static Url ToMessage(UrlSnapshot url)
    {
        var message = new Url
        {
            FullUrl = url.Url,
            IsInternal = url.IsInternal,
            IsInactive = url.IsInactive,
            DisplayProperties = new UrlDisplayProperties { DisplayName = url.DisplayProperties.DisplayName, SortOrder = url.DisplayProperties.SortOrder },
        };
        Set(url.Name, name => message.EndpointName = name);
        return message;
    }

    private static HealthReport ToMessage(HealthReportSnapshot report)
    {
        var message = new HealthReport
        {
            Key = report.Name,
            Description = report.Description ?? "",
            Exception = report.ExceptionText ?? "",
            LastRunAt = ToTimestamp(report.LastRunAt),
        };
        if (report.Status is { } status)
        {
            message.Status = status switch
            {
                HealthStatus.Healthy => Protos.HealthStatus.Healthy,
                HealthStatus.Degraded => Protos.HealthStatus.Degraded,
                _ => Protos.HealthStatus.Unhealthy,
            };
        }

        return message;
    }

    private static ResourceCommand ToMessage(ResourceCommandSnapshot command)
    {
        var message = new ResourceCommand
        {
            Name = command.Name,
            DisplayName = command.DisplayName,
            IsHighlighted = command.IsHighlighted,
            State = (Protos.ResourceCommandState)command.State,
        };
        Set(command.ConfirmationMessage, text => message.ConfirmationMessage = text);
        Set(command.DisplayDescription, text => message.DisplayDescription = text);
        Set(command.IconName, icon => message.IconName = icon);
        if (command.IconVariant is { } variant)
        {
            message.IconVariant = (Protos.IconVariant)variant;
        }

        return message;
    }

    private static Value ToValue(object? value) => value switch
    {
        null => Value.ForNull(),
        string text => Value.ForString(text),
        bool truth => Value.ForBool(truth),
        int or long or double or float or short or byte => Value.ForNumber(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        IEnumerable items => Value.ForList([.. items.Cast<object?>().Select(ToValue)]),
        _ => Value.ForString(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
    };

    private static Timestamp? ToTimestamp(DateTime? time) => time is { } value ? Timestamp.FromDateTimeOffset(Display.Utc(value)) : null;

    private static string? Iso(DateTime? time) => time is { } value ? Display.Utc(value).UtcDateTime.ToString("O", CultureInfo.InvariantCulture) : null;

    private static void Set(string? value, Action<string> assign)
    {
        if (value is not null)
        {
            assign(value);
        }
    }
}
