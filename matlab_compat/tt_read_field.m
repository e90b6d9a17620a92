function f = tt_read_field(path)
%TT_READ_FIELD  Fields of displacement and strain that `temtensile correlate` left.
%   F = TT_READ_FIELD(PATH) reads a table such as field.csv (its parameters, the
%   .json beside it, too), or all field_*.csv of a folder that --video left, into
%   a row of structs, one a field, in the order of frames:
%
%     F.x_px, F.y_px      matrices, rows in y, columns in x: the grid's points in
%                         the reference image (px from 0)
%     F.u_px, F.v_px      displacements (px); F.ux, F.uy, F.vx, F.vy their slopes
%     F.exx, F.eyy, F.exy strains (1), of the measure F.info.strain_measure
%     F.zncc, F.iterations, F.u_noise_px, F.flag   as in the table
%     F.step_px           distance of the points (px)
%     F.frame, F.time_s   of the deformed image (NaN for two images)
%     F.info              the parameters (struct)
%     F.file              the table
%
%   Points outside the region of interest and points that are not trusted are
%   NaN; F.flag, a cell of text, says why.
%
%   Example
%     f = tt_read_field('fields');
%     imagesc(f(end).x_px(1, :), f(end).y_px(:, 1), 100 * f(end).exx), colorbar
%
%   See also TT_TO_NCORR, TT_TO_EBERL.

% SPDX-License-Identifier: GPL-3.0-or-later
if exist(path, 'dir')
    found = dir(fullfile(path, 'field_*.csv'));
    if isempty(found)
        tt_fail('field', '%s: there is no field_*.csv in it', path);
    end
    files = cellfun(@(name) fullfile(path, name), sort({found.name}), 'UniformOutput', false);
elseif exist(path, 'file')
    files = {path};
else
    tt_fail('file', '''%s'': there is no such folder or file', path);
end
for i = 1:numel(files)
    f(i) = read_one(files{i}); %#ok<AGROW>
end
[~, order] = sort([f.frame]);
f = f(order);
end

function f = read_one(file)
t = tt_read_csv(file);
if ~isfield(t, 'u_px') || ~isfield(t, 'exx')
    tt_fail('field', '%s is no table of a field: the columns u_px and exx are missing', file);
end
json = regexprep(file, '\.csv$', '.json');
f.info = struct();
if exist(json, 'file')
    f.info = tt_read_json(json);
end
f.file = file;
f.frame = NaN;
f.time_s = NaN;
if isfield(f.info, 'frame')
    f.frame = f.info.frame;
    f.time_s = f.info.time_s;
end
x = unique(t.x_px);
y = unique(t.y_px);
step = [diff(x(:)); diff(y(:))];
f.step_px = NaN;
if ~isempty(step)
    f.step_px = min(step);
    x = (x(1):f.step_px:x(end))';
    y = (y(1):f.step_px:y(end))';
end
[f.x_px, f.y_px] = meshgrid(x, y);
at = sub2ind(size(f.x_px), round((t.y_px - y(1)) / max(f.step_px, 1)) + 1, round((t.x_px - x(1)) / max(f.step_px, 1)) + 1);
names = {'u_px', 'v_px', 'ux', 'uy', 'vx', 'vy', 'exx', 'eyy', 'exy', 'zncc', 'iterations', 'u_noise_px'};
for i = 1:numel(names)
    f.(names{i}) = NaN(size(f.x_px));
    f.(names{i})(at) = t.(names{i});
end
f.flag = cell(size(f.x_px));
f.flag(:) = {'outside'};
f.flag(at) = t.flag;
end
